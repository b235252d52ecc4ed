"""A path at which a file is wanted, as somebody looked at it and around it."""

from __future__ import annotations

from enum import Enum

from kvmtui.model.saved import SavedRam
from kvmtui.model.value import Value


class There(Enum):
    """What a path leads to."""

    UNKNOWN = "unknown"
    """Nobody could look."""
    NOTHING = "nothing"
    FILE = "a file"
    BLOCK = "a block device"
    FOLDER = "a folder"
    OTHER = "something else"


class Image(Value):
    """A qcow2 image that could become an overlay."""

    backing: str = ""
    """The file it stands on; empty for none."""
    backing_format: str = ""
    """The format of that file as the image records it; empty when it does not."""
    capacity: int = 0
    """Virtual size in bytes."""
    plain: bool = True
    """Neither encrypted, nor with internal snapshots, nor with a data file of its own."""
    written: int | None = None
    """Bytes that it holds itself, above the file it stands on; None where that was not read."""


class Place(Value):
    """One path of a host."""

    path: str
    there: There = There.UNKNOWN
    folder: There = There.UNKNOWN
    """What its folder is: a folder, or nothing, …"""
    real: str = ""
    """The path without symbolic links; empty where nobody could look."""
    beside: frozenset[str] | None = None
    """Paths of the files in that folder that are known; None where nobody could look."""
    free: int | None = None
    """Bytes free on the file system or pool that holds the folder."""
    size: int | None = None
    """Bytes of a block device."""
    image: Image | None = None
    """The qcow2 image that is there; None where there is none, or it could not be read."""
    ram: SavedRam | None = None
    """The RAM that was saved there, or why what is there is none; None where nobody tried."""
    held: bool = False
    """The host itself uses the block device: it is mounted, part of a volume group, …"""
