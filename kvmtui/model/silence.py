"""Somebody who was asked about a domain and has not answered yet."""

from __future__ import annotations

from kvmtui.model.value import Value

QEMU, LIBVIRT = "QEMU", "libvirt"


class Silence(Value):
    """Told once an answer is late; gone as soon as it comes."""

    since: float
    """When it was asked, in seconds since 1970."""
    whose: str = ""
    """Who does not answer: ``QEMU`` or ``LIBVIRT``; empty where it can be the storage as well."""
