"""Images on this machine, read without locking or changing them (``qemu-img info -U``)."""

from __future__ import annotations

import json
import os
import stat
import struct
import subprocess
from dataclasses import replace
from typing import Any

from kvmtui.host import clocks
from kvmtui.model.disk import Disk, ImageSnapshot, Layer

TIMEOUT = 10
"""Seconds; an image on storage that hangs must not hold its lane for good."""

DEEPEST = 250
"""Layers after which a chain is taken for a circle."""

LONGEST = 1023
"""Bytes of the longest name of a backing file that qcow2 allows."""


def info(path: str, image_format: str = "") -> list[dict[str, Any]]:
    """The chain from ``path`` down as qemu-img sees it; empty when it cannot be read.

    A format that libvirt knows is never guessed: what a guest writes into a raw disk could look
    like another one and name any file of the host. Only absolute paths are opened.
    """
    if not os.path.isabs(path):
        return []
    command = ["qemu-img", "info", "-U", "--backing-chain", "--output=json"]
    command += ["-f", image_format, path] if image_format else [path]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return [part for part in answer if isinstance(part, dict)] if isinstance(answer, list) else []


def looked_at(disk: Disk, *, whole: bool) -> Disk:
    """The disk with what its files tell; ``whole``: the chain too, which libvirt may not know."""
    active = disk.active
    if active is None or active.kind not in ("file", "block"):
        return disk
    known = {part.get("filename", ""): part for part in info(active.source, active.format)}
    layers = tuple(_with(layer, known.get(layer.source)) for layer in disk.layers)
    complete = disk.complete
    if whole and known:
        by_source = {layer.source: layer for layer in layers}
        layers = tuple(_with(by_source.get(path, Layer(path)), known[path]) for path in known)
        complete = True
    if whole:
        layers = tuple(
            replace(layer, changed=changed(layer.source), clock=clocks.of(layer.source))
            for layer in layers
        )
    folder = os.path.dirname(active.source)
    return replace(disk, layers=layers, complete=complete, folder=beside(folder), free=free(folder))


_folders: dict[str, tuple[int, frozenset[str]]] = {}
"""Listings by folder, with the time of its last change in nanoseconds."""


def beside(folder: str) -> frozenset[str] | None:
    """Paths of the files in a folder; listed anew only when the folder has changed."""
    try:
        changed = os.stat(folder).st_mtime_ns
        known = _folders.get(folder)
        if known is None or known[0] != changed:
            known = (changed, frozenset(entry.path for entry in os.scandir(folder)))
            _folders[folder] = known
    except OSError:
        return None
    return known[1]


def below(path: str, seen: dict[str, str | None]) -> tuple[str, ...] | None:
    """The chain below an image as the headers name it; None where one is missing.

    ``seen`` holds what stands directly below each image that was looked at before.
    """
    found: list[str] = []
    while len(found) < DEEPEST:
        if path not in seen:
            seen[path] = _below(path)
        lower = seen[path]
        if not lower:
            return None if lower is None else tuple(found)
        path = lower
        found.append(path)
    return tuple(found)


def _below(path: str) -> str | None:
    if not os.path.exists(path):
        return None
    lower = backing(path)
    return os.path.join(os.path.dirname(path), lower) if lower else ""


def backing(path: str) -> str:
    """The backing file as the header of a qcow2 image names it; empty where there is none."""
    try:
        with open(path, "rb") as image:
            magic, _version, offset, length = struct.unpack(">4sIQI", image.read(20))
            if magic != b"QFI\xfb" or not offset or length > LONGEST:
                return ""
            image.seek(offset)
            return image.read(length).decode("utf-8", "surrogateescape")
    except (OSError, struct.error):
        return ""


def _with(layer: Layer, part: dict[str, Any] | None) -> Layer:
    if part is None:
        return replace(
            layer, missing=_is_missing(layer.source), free=free(os.path.dirname(layer.source))
        )
    return replace(
        layer,
        free=free(os.path.dirname(layer.source)),
        format=layer.format or str(part.get("format", "")),
        capacity=layer.capacity or part.get("virtual-size"),
        used=layer.used if layer.used is not None else part.get("actual-size"),
        snapshots=tuple(
            ImageSnapshot(
                str(inside.get("name", "")),
                int(inside.get("vm-state-size", 0)),
                int(inside.get("date-sec", 0)),
                str(inside.get("id", "")),
            )
            for inside in part.get("snapshots", ())
        ),
    )


def _is_missing(path: str) -> bool:
    """Only what is certain: a folder that may not be searched proves nothing."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def changed(path: str) -> float | None:
    """When a file was written to last; None of what is no file, where times say nothing."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime if stat.S_ISREG(status.st_mode) else None


def free(folder: str) -> int | None:
    """Bytes that an ordinary user may still write on the file system of a folder."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return None
    return status.f_bavail * status.f_frsize
