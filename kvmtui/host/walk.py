"""From the active layer of a disk down to its base, whoever looks at the images."""

from __future__ import annotations

import os
from collections.abc import Callable
from sys import intern
from urllib.parse import urlsplit

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.value import Value, replace

DEEPEST = 250
"""Layers after which a chain is taken for a circle."""

RAW = "raw"
"""The format that has no header: nothing is below it, whatever a guest wrote into it."""


class Sight(Value):
    """An image as somebody looked at it."""

    layer: Layer
    known: bool = False
    """What it stands on was seen, or that it stands on nothing."""
    base: Layer | None = None
    """What it stands on."""


Look = Callable[[Layer], Sight]


def looked_at(disk: Disk, look: Look, *, whole: bool) -> Disk:
    """The disk with what is seen of its layers; ``whole``: also of those that nobody recorded.

    What libvirt records of a chain comes before what headers say, as it does at a start.
    """
    sights = [look(layer) for layer in disk.layers]
    seen = {layer.source for layer in disk.layers}
    while not (complete := disk.complete or _ends(sights[-1])) and whole:
        base = sights[-1].base
        if base is None or base.source in seen or len(sights) >= DEEPEST:
            break
        seen.add(base.source)
        sights.append(look(base))
    return replace(disk, layers=tuple(sight.layer for sight in sights), complete=complete)


def _ends(last: Sight) -> bool:
    return last.layer.format == RAW or (last.known and last.base is None)


def below(path: str, look: Look) -> tuple[str, ...] | None:
    """The chain below an image; None where its end could not be seen."""
    chain = looked_at(Disk("", layers=(Layer(path),)), look, whole=True)
    return tuple(layer.source for layer in chain.layers[1:]) if chain.complete else None


def named(name: str, image_format: str) -> Layer:
    """The layer that a header names: a path, or a URL of something that is no file here."""
    if os.path.isabs(name):
        return Layer(intern(name), format=image_format)
    parts = urlsplit(name)
    protocol = parts.scheme.partition("+")[0]
    source = f"{protocol}:{parts.path.lstrip('/')}" if "://" in name else name
    return Layer(source, "network", image_format)
