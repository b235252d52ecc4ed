"""Whether what a snapshot writes at once fits where it goes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence

from kvmtui.model.disk import Disk
from kvmtui.model.words import size
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.subject import Subject

OVERLAY = 2**20
"""Bytes that an empty overlay takes at most; afterwards it grows by what the guest writes."""


def refuse(subject: Subject, step: CreateSnapshot, disks: Sequence[Disk]) -> Refusal | None:
    """Why the first bytes of the snapshot do not fit."""
    if any(target.mode == "internal" for target in step.targets):
        return _inside(subject, disks)
    needs = _overlays(() if step.reuse else step.targets)
    if step.memory_file:
        needs[os.path.dirname(step.memory_file)] += subject.config.memory
    return _short(subject, needs, "make room, or choose the files")


def for_overlays(subject: Subject, targets: Iterable[Target]) -> Refusal | None:
    """Why new overlays, as a revert makes them, do not fit."""
    return _short(subject, _overlays(targets), "make room first")


def _overlays(targets: Iterable[Target]) -> Counter[str]:
    """Bytes that they take, by folder."""
    needs: Counter[str] = Counter()
    for target in targets:
        if target.file and not target.block:
            needs[os.path.dirname(target.file)] += OVERLAY
    return needs


def _short(subject: Subject, needs: Counter[str], remedy: str) -> Refusal | None:
    for folder, bytes_ in needs.items():
        free = subject.free(folder)
        if free is not None and bytes_ > free:
            reason = f"up to {size(bytes_)} are needed in {folder}, and {size(free)} are free"
            return Refusal("no space", reason, remedy)
    return None


def _inside(subject: Subject, disks: Sequence[Disk]) -> Refusal | None:
    """QEMU saves the RAM into the first disk."""
    first = next((disk for disk in disks if disk.active and disk.active.kind == "file"), None)
    if first is None or first is not disks[0] or not subject.domain.state.active:
        return None
    if first.free is None or subject.config.memory <= first.free:
        return None
    reason = f"{first.target} takes up to {size(subject.config.memory)} of RAM"
    return Refusal("no space", f"{reason}, and {size(first.free)} are free")
