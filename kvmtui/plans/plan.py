"""What a plan and a refusal are."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from kvmtui.model.value import Value
from kvmtui.model.world import Ref

if TYPE_CHECKING:
    from kvmtui.plans.steps import Step
    from kvmtui.plans.wishes import Wish


class Danger(IntEnum):
    """How carefully a plan must be confirmed."""

    NONE = 0
    """Nothing can be lost: the modal may focus its own button."""
    LOSS = 1
    """Something is lost or stops: Cancel has the focus."""
    WORST = 2
    """Much is lost for good: the name must be typed."""


class Instead(Value):
    """Another wish, which gets round what refuses the first one, or clears it away."""

    says: str
    wish: Wish


class Detour(Value):
    """Why a plan does not make libvirt's own call for such a wish."""

    rule: str
    """Name of the rule that bars it, as that of a refusal."""
    reason: str
    way: str
    """What is done instead."""

    def __str__(self) -> str:
        return f"{self.reason}: {self.way}"


class Refusal(Value):
    """Why a wish cannot be had now."""

    rule: str
    """Name of the rule that refuses: remedies are found by it."""
    reason: str
    remedy: str = ""
    by: str = ""
    """The snapshot that stands in the way; empty where none does."""
    instead: tuple[Instead, ...] = ()
    """What helps and can be had now; the planner adds it."""

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


class Plan(Value):
    """What will happen, in order, and what it costs."""

    ref: Ref
    title: str
    verb: str
    """The word on the button: Revert, Delete, …"""
    steps: tuple[Step, ...]
    undo: tuple[Step, ...] = ()
    """Carried out when a step after the first one does not come about."""
    lastly: tuple[Step, ...] = ()
    """Carried out in the end as soon as the first step came about, whatever came of the others."""
    afterwards: tuple[Step, ...] = ()
    """Tried once all steps came about; one that fails is told, and the plan has succeeded still."""
    chains: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(disk, layers): what the chains must be once all steps came about, else it has failed."""
    about: tuple[tuple[str, int], ...] = ()
    """The snapshots that its steps name, each with the time when it was taken: names are reused."""
    beside: bool = False
    """It only accompanies a job that another plan, or another client, has begun."""
    danger: Danger = Danger.NONE
    losses: tuple[str, ...] = ()
    """What is gone afterwards."""
    detours: tuple[Detour, ...] = ()
    effects: tuple[str, ...] = ()
    """What appears, grows, vanishes, stops; what cannot be cancelled."""
    warnings: tuple[str, ...] = ()
