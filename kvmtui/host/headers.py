"""Headers of image files and of saved RAM, read without waiting for anybody or believing much."""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kvmtui.host.images import FURTHEST, LONGEST
from kvmtui.model import mentions, xml
from kvmtui.model.folder import QCOW2, RAM, StoredFile

_DATA_FILE = 0x44415441
"""Type of the header extension that names a file with the guest's data."""

_SAVED = (b"LibvirtQemudSave", b"LibvirtQemudPart")
_SAVED_HEADER = 92
"""Bytes before the XML of saved RAM."""
_LONGEST_XML = 2**22

_EXTENSIONS = 2**12
"""Bytes of a header that are looked through."""

_LOCKS = (100, 200)
"""Where QEMU locks the bytes of an image that it has open, and how many."""


def opened(path: str) -> int | None:
    """A descriptor to read a plain file by; None where something else is. Raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def read(path: str, descriptor: int) -> StoredFile | None:
    """What the file is by its first bytes; None for anything else. Raises ``OSError``."""
    start = os.pread(descriptor, _EXTENSIONS, 0)
    if start[:4] == b"QFI\xfb":
        named = filter(None, (_backing(descriptor, start), *_data_files(start)))
        folders = {os.path.dirname(path), os.path.dirname(os.path.realpath(path))}
        needs = (each for name in named for folder in folders for each in files_of(name, folder))
        return StoredFile(path, QCOW2, frozenset(needs))
    if start[:16] in _SAVED:
        return _saved(path, descriptor, start)
    return None


def _backing(descriptor: int, start: bytes) -> str:
    try:
        offset, length = struct.unpack_from(">QI", start, 8)
    except struct.error:
        return ""
    if not 0 < length <= LONGEST or not 0 < offset <= FURTHEST:
        return ""
    return os.fsdecode(os.pread(descriptor, length, offset))


def _data_files(start: bytes) -> Iterator[str]:
    try:
        (version,) = struct.unpack_from(">I", start, 4)
        at = struct.unpack_from(">I", start, 100)[0] if version > 2 else 72
        while True:
            kind, length = struct.unpack_from(">II", start, at)
            if not kind:
                return
            if kind == _DATA_FILE:
                yield os.fsdecode(start[at + 8 : at + 8 + length])
            at += 8 + (length + 7) // 8 * 8
    except struct.error:
        return


def files_of(name: str, folder: str) -> Iterator[str]:
    """The files that the name of a backing file stands for; none for what is on a network."""
    if name.startswith("json:"):
        try:
            yield from _in_json(json.loads(name[5:]), folder)
        except (ValueError, RecursionError):
            return
    elif re.match(r"[A-Za-z0-9+.-]+:", name) and not name.startswith("file:"):
        return
    else:
        plain = re.sub(r"^file:(//(?=/))?", "", name).partition("\0")[0]
        with suppress(UnicodeEncodeError):  # no file has such a name
            os.fsencode(plain)
            yield os.path.normpath(os.path.join(folder, plain))


def _in_json(node: Any, folder: str) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if isinstance(value, str) and key.rpartition(".")[2] == "filename":
            yield from files_of(value, folder)
        else:
            yield from _in_json(value, folder)


def _saved(path: str, descriptor: int, start: bytes) -> StoredFile:
    """RAM that libvirt saved, with the definition in front of it."""
    try:
        version, length = struct.unpack_from("=II", start, 16)
        if version > 0xFFFF:
            (length,) = struct.unpack_from(">I" if struct.pack("=H", 1)[0] else "<I", start, 20)
        text = os.pread(descriptor, min(length, _LONGEST_XML), _SAVED_HEADER).partition(b"\0")[0]
        root = xml.tree(text.decode("utf-8", "replace"))
    except (struct.error, xml.Malformed):
        return StoredFile(path, RAM)
    return StoredFile(path, RAM, mentions.names(root), xml.text(root, "uuid"))


def locked(descriptor: int) -> bool:
    """Whether a program that uses QEMU's locks has the file open, on whatever host."""
    first, length = _LOCKS
    wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, first, length, 0)
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, wanted)
    except OSError:
        return False  # a file system without locks
    return bool(struct.unpack_from("h", answer)[0] != fcntl.F_UNLCK)
