"""Carries out a plan step by step, reading the domain again after each, errors included."""

from __future__ import annotations

import asyncio
import time

from kvmtui.host.attempt import Attempt
from kvmtui.host.base import HostError
from kvmtui.host.frost import Frost
from kvmtui.host.journal import Entry, Journal
from kvmtui.host.seat import Seat
from kvmtui.host.watch import Watch
from kvmtui.model.domain import Domain
from kvmtui.model.value import Value
from kvmtui.model.words import span
from kvmtui.plans import aftermath, cut_short, guest, outcome
from kvmtui.plans.plan import Plan
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps import Flush, Step, Thaw

TRIES = 5
"""How often a step that a guest waits for is tried when connections are lost."""


class Outcome(Value):
    """What came of a plan."""

    plan: Plan
    done: int
    """Steps that were carried out and read back."""
    error: str = ""
    """Why the next step did not come about; empty when all did."""
    seconds: float = 0.0
    undone: bool = False
    """The steps that were done have been undone, because a later one did not come about."""
    unmet: tuple[str, ...] = ()
    """What was tried in the end and did not come about, and why."""

    @property
    def ok(self) -> bool:
        """All steps were carried out and their effect was read back."""
        return not self.error

    @property
    def says(self) -> str:
        """One sentence for the screen."""
        if self.ok:
            return "; ".join([f"{self.plan.title}: done", *self.unmet])
        if self.done == len(self.plan.steps):
            return "; ".join([f"{self.plan.title}: {self.error}", *self.unmet])
        step = self.plan.steps[self.done].says
        back = ", then undone" if self.undone else ", undoing failed" if self.plan.undo else ""
        before = f" ({self.done} of {len(self.plan.steps)} steps were done{back})"
        before = before if self.done else ""
        told = f"{self.plan.title}: could not {step}: {self.error}{before}"
        return "; ".join([told, *self.unmet])


class Performance:
    """One plan being carried out, on a connection of its own."""

    def __init__(self, watch: Watch, journal: Journal, plan: Plan) -> None:
        self._watch = watch
        self._journal = journal
        self._plan = plan
        self._frost = Frost(watch, plan.ref.uuid)
        self._beside = plan.beside
        """Whatever works on the domain is not this plan."""
        self._owes = False
        """A step came about after which there is something to do lastly."""
        self._rests = asyncio.Event()
        """Not set while a step has a guest stand still and has yet to let it go on."""
        self._rests.set()
        self.leaves_frost = False
        """The guest is frozen by a step that failed, or may be yet, and could not be thawed."""

    async def run(self) -> Outcome:
        """Runs every step, or as many as come about."""
        begun = time.monotonic()
        uuid = self._plan.ref.uuid
        seat = Seat("action", self._watch.opener)
        attempt = Attempt(self._watch, self._plan, seat, self._lost)
        first = self._watch.host.domain(uuid)
        self._beside |= first is not None and bool(first.busy)
        done, error = 0, ""
        unmet: list[str] = []
        try:
            for step in self._plan.steps:
                error = self._too_late(attempt, done) or await self._step(attempt, step)
                if error:
                    break
                done += 1
                self._owes = True
            undone = bool(error and done and self._plan.undo)
            error = error or self._unlike()
            for step in self._plan.undo if undone else ():
                if self._is_needless(step):
                    continue
                undone = not await self._step(attempt, step)
                if not undone:
                    break
            self._owes = bool(done)
            for step in (*self.owed, *(() if error else self._plan.afterwards)):
                unmet += await self._tried(attempt, step)
            error = self._told_state(first, error)
        finally:
            self._owes = False
            seat.close()
            self._say("")
        seconds = time.monotonic() - begun
        return Outcome(self._plan, done, error, seconds, undone, tuple(unmet))

    def _told_state(self, first: Domain | None, error: str) -> str:
        """An error, with what earlier steps have made of the state, unless that was undone."""
        now = self._watch.host.domain(self._plan.ref.uuid)
        if not error or now is None:
            return error
        return "; ".join(
            (error, *(told for told in aftermath.state(first, now) if told not in error))
        )

    def _unlike(self) -> str:
        """What the chains are instead of what the plan was to make of them."""
        now = self._watch.host.domain(self._plan.ref.uuid)
        return outcome.unlike(self._plan, now) if now is not None else ""

    @property
    def owed(self) -> tuple[Step, ...]:
        """What there is to do lastly, as things stand now."""
        return self._plan.lastly if self._owes else ()

    async def give_back(self) -> tuple[str, ...]:
        """Gives a guest back now what was taken from it meanwhile; tells what did not come about.

        For when kvmtui ends: libvirt itself goes on with what the plan waits for.
        """
        await self._rests.wait()
        seat, unmet = Seat("last", self._watch.opener), list[str]()
        attempt = Attempt(self._watch, self._plan, seat, self._lost)
        try:
            for step in filter(outcome.gives_back, self.owed):
                unmet += await self._tried(attempt, step)
        finally:
            seat.close()
        return tuple(unmet)

    async def _tried(self, attempt: Attempt, step: Step) -> list[str]:
        """A step unless it is needless, again when the connection was lost amid it."""
        trouble = ""
        for _ in range(TRIES):
            trouble = "" if self._is_needless(step) else await self._step(attempt, step)
            if not (trouble and attempt.lost):
                break
        return [f"could not {step.says}: {trouble}"] if trouble else []

    def _is_needless(self, step: Step) -> bool:
        now = self._watch.host.domain(self._plan.ref.uuid)
        return now is not None and outcome.needless(step, now)

    def _too_late(self, attempt: Attempt, done: int) -> str:
        """Why nothing more is taken away after connections were lost for long."""
        left = self._plan.steps[done:]
        if attempt.away < cut_short.LONG or not any(map(cut_short.takes_away, left)):
            return ""
        return f"the connection was lost for {span(attempt.away)}, so nothing more was done"

    async def _step(self, attempt: Attempt, step: Step) -> str:
        """One step; gives what went wrong, or nothing."""
        begun = time.monotonic()
        self._say(step.says, step.watch)
        await self._watch.reader.asking.at_rest(self._plan.ref.uuid)
        error = await self._frost.obstacle() if guest.freezes(step) else ""
        if error:
            self._record(step, error, time.monotonic() - begun)
            return error
        if isinstance(step, Flush):
            self._rests.clear()
        try:
            error = await attempt.make(step)
        finally:
            self._rests.set()
        self._record(step, error, time.monotonic() - begun)
        if guest.freezes(step):
            error += await self._thawed(attempt, step, error)
        return error

    async def _thawed(self, attempt: Attempt, step: Step, error: str) -> str:
        """Thaws the guest if the step has failed and left it frozen; gives what to add."""
        if not error:
            self._frost.passed(step)
            return ""
        self._say("see whether the guest is left frozen")
        if not await self._frost.remains():
            return ""
        trouble = await self._step(attempt, Thaw(step.domain))
        self.leaves_frost = bool(trouble)
        later = "it is thawed as soon as its agent answers"
        return f"; the guest may be frozen: {trouble}; {later}" if trouble else "; it was thawed"

    def _say(self, text: str, progress: Progress = Progress.NOTHING) -> None:
        """Marks the domain busy, unless this plan only helps one that works on it already."""
        if self._beside:
            return
        if text:
            self._watch.reader.begin(self._plan.ref.uuid, progress)
        else:
            self._watch.reader.end(self._plan.ref.uuid)
        self._watch.shelf.change(self._plan.ref.uuid, busy=text)

    def _lost(self, step: Step, lost: HostError) -> None:
        """Written down at once: nobody knows how long it takes to learn more."""
        self._record(step, f"connection lost: {lost}; what came of it is seen later", 0.0)
        self._say(f"see what came of it: {step.says}")

    def _record(self, step: Step, error: str, seconds: float) -> None:
        self._journal.write(
            Entry(
                time=time.time(),
                host=self._watch.host.label,
                domain=step.domain,
                says=step.says,
                virsh=step.virsh,
                result=error or "done",
                seconds=round(seconds, 3),
                ok=not error,
            )
        )
