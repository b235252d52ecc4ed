"""The frames of libvirt's RPC: where one begins in a stream of bytes, and what its header says."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

REMOTE = 0x20008086
"""The program of nearly all calls."""

CALL, REPLY = 0, 1
"""Kinds of frames; others are events, and parts of streams."""

_HEADER = struct.Struct(">IIIiiII")

NAMES = {
    1: "open",
    2: "close",
    3: "type",
    4: "version",
    6: "node info",
    7: "capabilities",
    14: "domain XML",
    15: "autostart",
    23: "domain by name",
    24: "domain by UUID",
    59: "hostname",
    60: "supports feature",
    66: "list of authentications",
    97: "volume by path",
    98: "volume info",
    110: "URI",
    135: "domain XML from native",
    150: "is active",
    151: "is persistent",
    157: "library version",
    163: "job info",
    183: "has saved RAM",
    186: "snapshot XML",
    187: "number of snapshots",
    188: "names of snapshots",
    189: "snapshot by name",
    190: "has current snapshot",
    191: "current snapshot",
    194: "block info",
    212: "state",
    238: "block job info",
    244: "parent snapshot",
    265: "metadata",
    271: "is current snapshot",
    273: "list of domains",
    274: "list of snapshots",
    281: "list of pools",
    282: "list of volumes",
    298: "job statistics",
    316: "listen to event",
    317: "listen no more",
    344: "statistics of domains",
    360: "listen to close",
    413: "list of checkpoints",
    419: "identity",
}
"""The procedures of `REMOTE` that occur here."""


class Frame(NamedTuple):
    """The header of a frame."""

    program: int
    procedure: int
    kind: int

    @property
    def name(self) -> str:
        if self.program != REMOTE:
            return f"{self.program:#x}/{self.procedure}"
        return NAMES.get(self.procedure, f"procedure {self.procedure}")


class Frames:
    """Takes a stream in whatever pieces it comes."""

    def __init__(self) -> None:
        self._head = b""
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Gives every frame whose header is complete with this piece."""
        place = 0
        while place < len(data):
            if self._skip:
                step = min(self._skip, len(data) - place)
                self._skip -= step
                place += step
                continue
            wanted = _HEADER.size - len(self._head)
            self._head += data[place : place + wanted]
            place += wanted
            if len(self._head) == _HEADER.size:
                length, program, _, procedure, kind, _, _ = _HEADER.unpack(self._head)
                self._head = b""
                self._skip = max(length - _HEADER.size, 0)
                yield Frame(program, procedure, kind)
