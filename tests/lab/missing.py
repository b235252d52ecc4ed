"""What the lab needs from the machine, and the one error that says it is not there."""

from __future__ import annotations

import os
import shutil

SEARCH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""Daemons and mkfs are in sbin, which is not on an ordinary user's PATH."""


class Missing(Exception):
    """The machine lacks something; the message says what, and how to get it."""


def program(name: str, package: str) -> str:
    """Absolute path of a program.

    Raises Missing naming the Debian package that has it.
    """
    found = shutil.which(name, path=SEARCH)
    if found is None:
        raise Missing(f"no {name} on this machine: install the Debian package {package}")
    return found
