"""What a plan and a refusal are, and the wishes they answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from kvmtui.model.world import Ref
from kvmtui.plans.steps import After, Step, Verb


class Danger(IntEnum):
    """How carefully a plan must be confirmed."""

    NONE = 0
    """Nothing can be lost: the modal may focus its own button."""
    LOSS = 1
    """Something is lost or stops: Cancel has the focus."""
    WORST = 2
    """Much is lost for good: the name must be typed."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a wish cannot be had now."""

    rule: str
    """Name of the rule that refuses, for tests and the journal."""
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen, in order, and what it costs."""

    ref: Ref
    title: str
    verb: str
    """The word on the button: Revert, Delete, …"""
    steps: tuple[Step, ...]
    undo: tuple[Step, ...] = ()
    """Carried out when a step after the first one does not come about."""
    danger: Danger = Danger.NONE
    losses: tuple[str, ...] = ()
    """What is gone afterwards."""
    effects: tuple[str, ...] = ()
    """What appears, grows, vanishes, stops; what cannot be cancelled."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Create:
    """Wish: take a snapshot."""

    ref: Ref
    name: str
    description: str = ""
    how: str = "external"
    """external (disks only), ram (external with RAM) or internal."""
    disks: tuple[str, ...] | None = None
    """Targets to include; None for all writable ones."""
    quiesce: bool = False


@dataclass(frozen=True, slots=True)
class Revert:
    """Wish: go back to a snapshot."""

    ref: Ref
    snapshot: str
    after: After = After.RECORDED
    safety: bool = True
    """Take a snapshot of the present state first, where that is possible."""
    ram: bool = True
    """Restore saved RAM too, when the snapshot has some."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Wish: remove a snapshot, or only its record."""

    ref: Ref
    snapshot: str
    children: bool = False
    metadata_only: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Wish: commit the active layer of a disk down into one of its bases."""

    ref: Ref
    disk: str
    base: str
    keep: bool = False
    """Leave the merged files where they are."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Wish: start, stop, pause or resume."""

    ref: Ref
    verb: Verb


@dataclass(frozen=True, slots=True)
class Cancel:
    """Wish: end the block job of a disk without its effect."""

    ref: Ref
    disk: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Wish: switch a disk over whose job waits for it."""

    ref: Ref
    disk: str


Wish = Create | Revert | Delete | Merge | Switch | Cancel | Finish
