"""Folders in which images lie, as somebody looked into every file there."""

from __future__ import annotations

from kvmtui.model.value import Value

QCOW2 = "qcow2"
RAM = "RAM"


class StoredFile(Value):
    """An image, or RAM that libvirt saved, by its own header."""

    path: str
    format: str
    """qcow2 or RAM."""
    needs: frozenset[str] = frozenset()
    """Paths that its header names: what it stands on, or all disks of the saved domain."""
    uuid: str = ""
    """The domain whose RAM it is."""
    used: int | None = None
    """Bytes on its storage; None of a file that a domain or snapshot names."""
    changed: float | None = None
    """When it was written to last, in seconds since 1970; None likewise."""
    held: bool = False
    """A program has locked it, or it has other names: nobody can say that it is not needed."""


class Folder(Value):
    """What lies in one folder."""

    path: str
    files: tuple[StoredFile, ...] = ()
    """Images and saved RAM, by path."""
    unread: int = 0
    """How many files could not be looked into."""
    aliases: frozenset[str] = frozenset()
    """Paths in it that domains or snapshots name in another way, through a link."""
    served: bool = False
    """It lies on a file server, which other machines may use, too."""
