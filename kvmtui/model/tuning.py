"""How fast a guest may use one of its disks."""

from __future__ import annotations

from lxml import etree

from kvmtui.model.value import Value
from kvmtui.model.xml import number, text

_SHARED = ("total_bytes_sec", "read_bytes_sec_max", "write_bytes_sec_max", "total_bytes_sec_max")
"""Limits that cannot stand beside one of writes alone, or that go with it."""


class Tuning(Value):
    """The ``<iotune>`` of a disk, in bytes per second; 0 for no limit."""

    writes: int = 0
    reads: int = 0
    others: bool = False
    """Limits of reads and writes together, of bursts, or of a group of disks."""

    @property
    def limited(self) -> bool:
        """Whether there is any limit of bytes."""
        return bool(self.writes or self.reads or self.others)


def read(disk: etree._Element) -> Tuning:
    """What a ``<disk>`` says."""
    node = disk.find("iotune")
    if node is None:
        return Tuning()
    return Tuning(
        writes=number(text(node, "write_bytes_sec")),
        reads=number(text(node, "read_bytes_sec")),
        others=bool(text(node, "group_name")) or any(number(text(node, n)) for n in _SHARED),
    )
