"""How deep the chains of a domain may be for its libvirt to start it."""

from __future__ import annotations

from kvmtui.plans import rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject

NESTED = 24
"""Overlays with which the libvirt versions of ``rules.NESTING`` still start a domain."""


def most(subject: Subject) -> int:
    """Overlays with which this libvirt still starts a domain."""
    return NESTED if subject.libvirt in rules.NESTING else rules.DEPTH_LIMIT


def overlays(subject: Subject) -> int:
    """Those of the longest chain."""
    return max(subject.config.depth - 1, 0)


def refuse(subject: Subject, found: int | None = None) -> Refusal | None:
    """Why this libvirt does not start a domain on so many overlays; by default those of now."""
    found = overlays(subject) if found is None else found
    if subject.libvirt not in rules.NESTING or found <= NESTED:
        return None
    reason = f"this libvirt starts no domain with {found} overlays, only with {NESTED} at most"
    running = subject.domain.state.active
    return Refusal("nesting", reason, "" if running else "qemu-img commit makes it shorter")


def warnings(subject: Subject) -> tuple[str, ...]:
    """What is said before a domain stops that will not start again."""
    if refuse(subject) is None:
        return ()
    return (f"with {overlays(subject)} overlays it will not start again: commit some first (c)",)
