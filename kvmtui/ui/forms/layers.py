"""How layers are offered in a form."""

from __future__ import annotations

import os
from collections.abc import Iterable

from kvmtui.model.disk import Disk
from kvmtui.ui.forms.form import Option


def options(disk: Disk, layers: Iterable[str]) -> tuple[Option, ...]:
    """By name where all layers lie in one folder; the active one says so."""
    beside = len({os.path.dirname(layer.source) for layer in disk.layers}) == 1
    active = disk.active.source if disk.active else ""

    def label(layer: str) -> str:
        name = os.path.basename(layer) if beside else layer
        return f"{name}, the active layer" if layer == active else name

    return tuple(Option(layer, label(layer)) for layer in layers)
