"""Passwords in URIs: libvirt has no use for them, so they are passed on to nobody."""

from __future__ import annotations

import re

_PASSWORD = re.compile(r"(://[^/?#@\s:]*):[^/?#\s]*@")


def discreet(text: str) -> str:
    """A URI, or a text that names some, without the password behind a user's name."""
    return _PASSWORD.sub(r"\1@", text)
