"""What ``qemu-img info`` says of a qcow2 or raw image, from its header alone.

For most there is no more to say, and to start qemu-img takes a hundred times as long.
"""

from __future__ import annotations

import os
import stat
import struct
from typing import Any

from kvmtui.host import images

_FIXED = struct.Struct(">4sIQIIQIIQQIIQ")
"""Magic, version, name of the backing file (where, how long), bits of a cluster, bytes of the
disk, encryption, entries and place of the L1 table, the same of refcounts, internal snapshots."""

_FEATURES = struct.Struct(">QQQII")
"""Of version 3: those that must be known, and others; the length of the header."""

_HARMLESS = 0b11011
"""Features that change nothing here: dirty, corrupt, compression type, extended L2."""

_MOST = 2**16
"""Bytes of a header that are looked at, more than any has."""

_BACKING_FORMAT = 0xE2792ACA

_SECTOR = 512


def info(path: str, image_format: str) -> dict[str, Any] | None:
    """As ``images.info`` without a chain; None where qemu-img has to be asked.

    Of images in another format, with internal snapshots, encrypted, with data in another file, or
    whose backing file is no plain path.
    """
    handle = images.opened(path)
    if isinstance(handle, str):
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None
        told = {"filename": path, "actual-size": status.st_blocks * _SECTOR}
        if image_format == "raw":
            sectors = -(-status.st_size // _SECTOR)
            return {**told, "format": "raw", "virtual-size": sectors * _SECTOR}
        if image_format != "qcow2":
            return None
        found = _qcow2(path, os.pread(handle, _MOST, 0), status.st_size)
        return {**told, **found} if found is not None else None
    except (OSError, struct.error):
        return None
    finally:
        os.close(handle)


def _qcow2(path: str, start: bytes, length: int) -> dict[str, Any] | None:
    (
        magic, version, offset, name_length, bits, size, encryption, _entries, l1_table,
        refcounts, _clusters, snapshots, _where,
    ) = _FIXED.unpack_from(start)  # fmt: skip
    if magic != b"QFI\xfb" or version not in (2, 3) or not 9 <= bits <= 21:
        return None
    if encryption or snapshots or max(l1_table, refcounts) >= length:
        return None
    at = _FIXED.size
    if version == 3:
        features, *_, at = _FEATURES.unpack_from(start, _FIXED.size)
        if features & ~_HARMLESS:
            return None
    told: dict[str, Any] = {"format": "qcow2", "virtual-size": size // _SECTOR * _SECTOR}
    if not offset:
        return told
    if name_length > images.LONGEST or offset + name_length > len(start):
        return None
    name = os.fsdecode(start[offset : offset + name_length])
    if not name or ":" in name or "\0" in name:
        return None
    told["full-backing-filename"] = os.path.join(os.path.dirname(path), name)
    backing_format = _extension(start, at, _BACKING_FORMAT)
    if backing_format is not None:
        told["backing-filename-format"] = backing_format
    return told


def _extension(start: bytes, at: int, wanted: int) -> str | None:
    """One of those that follow the header. Raises ``struct.error`` where they do not end."""
    while True:
        kind, length = struct.unpack_from(">II", start, at)
        if kind == wanted:
            return start[at + 8 : at + 8 + length].decode("ascii", "replace")
        if not kind:
            return None
        at += 8 + (length + 7) // 8 * 8
