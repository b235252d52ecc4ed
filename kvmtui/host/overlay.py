"""An image that somebody made by hand for a disk to go on in: what it stands on and holds."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from kvmtui.host.images import TIMEOUT
from kvmtui.model.place import Image


def read(path: str) -> Image | None:
    """The qcow2 image at ``path``; None when there is none, or it cannot be read.

    No format is guessed, and nothing is opened below it but a plain file of this machine.
    """
    found = _qemu_img("info", path)
    if not isinstance(found, dict):
        return None
    special = (found.get("format-specific") or {}).get("data") or {}
    backing = str(found.get("full-backing-filename", ""))
    return Image(
        backing=backing,
        backing_format=str(found.get("backing-filename-format", "")),
        capacity=int(found.get("virtual-size", 0)),
        plain=not (found.get("encrypted") or found.get("snapshots") or special.get("data-file")),
        written=_written(path) if os.path.isabs(backing) and os.path.isfile(backing) else None,
    )


def _written(path: str) -> int | None:
    """Bytes that are the image's own, zeroes that hide what is below included."""
    extents = _qemu_img("map", path)
    if not isinstance(extents, list):
        return None
    own = (part["length"] for part in extents if part["depth"] == 0 and part["present"])
    return int(sum(own))


def _qemu_img(command: str, path: str) -> Any:
    argv = ["qemu-img", command, "-U", "--output=json", "-f", "qcow2", path]
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=True
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
