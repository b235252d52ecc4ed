"""Disk images of this machine as their headers or qemu-img tell of them."""

from __future__ import annotations

import os
import stat
from typing import Any

from kvmtui.host import clocks, images, qcow2, walk
from kvmtui.host.walk import Sight
from kvmtui.model.disk import Disk, ImageSnapshot, Layer
from kvmtui.model.value import replace

KINDS = ("file", "block")
"""libvirt's disk types that have a path."""


class Here:
    """Looks at images of one disk: at their headers, or by one qemu-img for all below."""

    def __init__(self, *, times: bool) -> None:
        self._times = times
        """Whether the times of files say anything: not while a guest writes."""
        self._known: dict[str, dict[str, Any]] = {}
        self._singly = False
        """The chain has a hole, or leads to what is no file."""

    def look(self, layer: Layer) -> Sight:
        """One image, which libvirt may know already; what it told of it stays."""
        if layer.kind not in KINDS:
            return Sight(layer)
        path = layer.source
        layer = replace(layer, free=images.free(os.path.dirname(path)))
        why = _obstacle(path)
        if why == images.GONE:
            return Sight(replace(layer, missing=True))
        if self._times:
            layer = replace(layer, changed=images.changed(path), clock=clocks.of(path))
        part = None if why else self._part(path, layer.format)
        if part is None:
            return Sight(replace(layer, unread=why))
        below = str(part.get("full-backing-filename", ""))
        base = walk.named(below, str(part.get("backing-filename-format", ""))) if below else None
        return Sight(_with(layer, part), known=True, base=base)

    def _part(self, path: str, image_format: str) -> dict[str, Any] | None:
        """A chain is read as a whole unless qemu-img would wait for something in it."""
        told = qcow2.info(path, image_format) if path not in self._known else None
        if told is not None:
            return told
        if path not in self._known and not self._singly:
            self._singly = images.below(path, {}) is None
            if not self._singly:
                self._keep(images.info(path, image_format))
        if path not in self._known:
            self._keep(images.info(path, image_format, chain=False))
        return self._known.get(path)

    def _keep(self, parts: list[dict[str, Any]]) -> None:
        for part in parts:
            self._known.setdefault(str(part.get("filename", "")), part)


def beside(disk: Disk) -> Disk:
    """The disk with what lies beside its active layer."""
    folder = os.path.dirname(disk.active.source) if disk.active else ""
    return replace(disk, folder=images.beside(folder), free=images.free(folder))


def _obstacle(path: str) -> str:
    """Why an image cannot be read; empty when it can."""
    handle = images.opened(path)
    if isinstance(handle, str):
        return handle
    os.close(handle)
    return ""


def _with(layer: Layer, part: dict[str, Any]) -> Layer:
    return replace(
        layer,
        kind=_kind(layer.source) or layer.kind,
        format=layer.format or str(part.get("format", "")),
        capacity=layer.capacity or part.get("virtual-size"),
        used=layer.used if layer.used is not None else part.get("actual-size"),
        encryption=layer.encryption or _encryption(part),
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


def _kind(path: str) -> str:
    """What a path that nobody recorded is to libvirt."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return ""
    return "block" if stat.S_ISBLK(mode) else ""


def _encryption(part: dict[str, Any]) -> str:
    if not part.get("encrypted"):
        return ""
    special = (part.get("format-specific") or {}).get("data") or {}
    method = str((special.get("encrypt") or {}).get("format", part.get("format", "")))
    return "qcow" if method == "aes" else method
