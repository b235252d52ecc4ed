"""What a form asks for as the world is now: its fields, the plan, and what helps instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kvmtui.model.world import Ref, World
from kvmtui.plans import planner
from kvmtui.plans.plan import Instead, Plan, Refusal
from kvmtui.plans.subject import find
from kvmtui.plans.wishes import Wish
from kvmtui.ui.forms.form import Field, Form

Look = Callable[[Ref, tuple[str, ...]], object]
"""Has the world tell of places; it does so later."""


class Planning:
    """Makes the plan anew as often as it is asked; nothing runs from here."""

    def __init__(
        self, form: Form, world: Callable[[], World], look: Look, values: Mapping[str, Any]
    ) -> None:
        self.form = form
        self.values: dict[str, Any] = dict(values)
        """What the fields hold, by their ids."""
        self.plan: Plan | Refusal = Refusal("unmade", "not planned yet")
        self.wish: Wish | None = None
        """What the plan is of: what the fields ask for, or a remedy that was chosen instead."""
        self.offered: tuple[Instead, ...] = ()
        """What helps where the wish is refused."""
        self.title = form.title
        self._world = world
        self._look = look
        self._seen: tuple[str, ...] = ()
        """The paths that were last asked to be looked at."""
        self._taken: dict[str, int] = {}
        """When the snapshots were taken that a plan named; another of that name is not meant."""

    def fields(self) -> tuple[Field, ...] | Refusal:
        """What there is to ask, or why nothing can be asked."""
        subject = find(self._world(), self.form.ref, while_busy=self.form.while_busy)
        return subject if isinstance(subject, Refusal) else self.form.fields(subject, self.values)

    def refuse(self, refusal: Refusal) -> None:
        """There is nothing to plan."""
        self.wish, self.plan, self.offered = None, refusal, ()

    def make(self) -> None:
        """The plan for what the fields hold."""
        wish = self.form.wish(self.values)
        paths = planner.to_look_at(self._world(), wish)
        if paths != self._seen:
            self._seen = paths
            self._look(self.form.ref, paths)
        self._plan(wish)
        self.offered = self.plan.instead if isinstance(self.plan, Refusal) else ()

    def take(self, says: str) -> None:
        """Plans what was chosen of what is offered instead, if anything."""
        chosen = next((other for other in self.offered if other.says == says), None)
        if chosen is not None:
            self._plan(chosen.wish)
        self.title = self.plan.title if chosen and isinstance(self.plan, Plan) else self.form.title

    def names(self, text: str) -> bool:
        """Whether this is the name of the domain that it is all about."""
        subject = find(self._world(), self.form.ref, while_busy=True)
        return text.strip() == ("" if isinstance(subject, Refusal) else subject.name)

    def _plan(self, wish: Wish) -> None:
        """The plan, unless a snapshot that it names was deleted and taken anew since."""
        self.wish, self.plan = wish, planner.make(self._world(), wish)
        for name, created in self.plan.about if isinstance(self.plan, Plan) else ():
            if self._taken.setdefault(name, created) != created:
                reason = f"“{name}” was deleted and taken anew meanwhile"
                self.plan = Refusal("retaken", reason, "Escape, and look at the new one first")
                return


def differs(before: Plan | Refusal, now: Plan | Refusal) -> bool:
    """Whether a plan must be looked at again before anybody agrees to it."""
    if not isinstance(before, Plan) or not isinstance(now, Plan):
        return False
    same = (now.steps, now.losses) == (before.steps, before.losses)
    return not same and bool(now.danger or before.danger)
