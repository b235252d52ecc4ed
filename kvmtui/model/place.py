"""A path at which a file is wanted, as somebody looked at it and around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class There(Enum):
    """What a path leads to."""

    UNKNOWN = "unknown"
    """Nobody could look."""
    NOTHING = "nothing"
    FILE = "a file"
    BLOCK = "a block device"
    FOLDER = "a folder"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class Place:
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
    held: bool = False
    """The host itself uses the block device: it is mounted, part of a volume group, …"""
