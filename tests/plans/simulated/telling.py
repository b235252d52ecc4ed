"""How a walk tells what was done, and what there is."""

from __future__ import annotations

import re

from kvmtui.plans.wishes import Wish
from tests.plans.simulated.machine import Machine


def state(machine: Machine) -> list[str]:
    """Chains and records, in a line each."""
    images = machine.images
    lines = [
        f"{target}: {' < '.join(map(_base, images.chain(path)))}"
        for target, path in machine.active.items()
    ]
    for name, record in machine.records.items():
        told = ", ".join(
            f"{d.target} {d.mode} base {' < '.join(map(_base, images.chain(d.base)))}"
            f" overlay {_base(d.overlay)}{' noted' if d.noted else ''}"
            for d in record.disks
        )
        lines.append(f"{name} below {record.parent} ({record.state}, {record.created}): {told}")
    return [*lines, f"current {machine.current}"]


def _base(path: str) -> str:
    return re.sub(r"^.*/|\.qcow2$", "", path)


def short(wish: Wish) -> str:
    """The wish without the reference, and without what it leaves as it is."""
    plain = {name: getattr(wish, name) for name in type(wish).__struct_fields__}
    told = ", ".join(
        f"{name}={_base(value) if isinstance(value, str) else value!r}"
        for name, value in plain.items()
        if name != "ref" and value not in ("", None, False, ())
    )
    return f"{type(wish).__name__}({told})"
