"""Carries out a plan step by step, reading the domain again after each, errors included."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from kvmtui.host.base import Denied, Gone, HostError, Lost
from kvmtui.host.frost import Frost
from kvmtui.host.journal import Entry, Journal
from kvmtui.host.seat import Seat
from kvmtui.host.virt import Connection
from kvmtui.host.watch import BACK_OFF, Watch
from kvmtui.model.domain import Domain
from kvmtui.plans import aftermath, guest, outcome, rights
from kvmtui.plans.jobs import stopped
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Freeze, Step, Thaw
from kvmtui.plans.steps import Watch as Progress


@dataclass(frozen=True, slots=True)
class Outcome:
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
        self._lost = False
        """The connection was lost with the last call."""
        self.leaves_frost = False
        """The guest is frozen by a step that failed, or may be yet, and could not be thawed."""

    async def run(self) -> Outcome:
        """Runs every step, or as many as come about."""
        begun = time.monotonic()
        uuid = self._plan.ref.uuid
        seat = Seat("action", self._watch.opener)
        domain = self._watch.host.domain(uuid)
        self._beside |= domain is not None and bool(domain.busy)
        done, error = 0, ""
        unmet: list[str] = []
        try:
            for step in self._plan.steps:
                error = await self._step(seat, step)
                if error:
                    break
                done += 1
                self._owes = True
            undone = bool(error and done and self._plan.undo)
            error = error or self._unlike()
            for step in self._plan.undo if undone else ():
                if self._is_needless(step):
                    continue
                undone = not await self._step(seat, step)
                if not undone:
                    break
            self._owes = bool(done)
            for step in (*self.owed, *(() if error else self._plan.afterwards)):
                unmet += await self._tried(seat, step)
        finally:
            self._owes = False
            seat.close()
            self._say("")
        seconds = time.monotonic() - begun
        return Outcome(self._plan, done, error, seconds, undone, tuple(unmet))

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
        seat, unmet = Seat("last", self._watch.opener), list[str]()
        try:
            for step in filter(outcome.gives_back, self.owed):
                unmet += await self._tried(seat, step)
        finally:
            seat.close()
        return tuple(unmet)

    async def _tried(self, seat: Seat, step: Step) -> list[str]:
        """A step unless it is needless, again where a lost connection may come back."""
        for wait in (*BACK_OFF, 0.0):
            trouble = "" if self._is_needless(step) else await self._step(seat, step)
            if not (trouble and self._lost and wait):
                break
            await asyncio.sleep(wait)
        return [f"could not {step.says}: {trouble}"] if trouble else []

    def _is_needless(self, step: Step) -> bool:
        now = self._watch.host.domain(self._plan.ref.uuid)
        return now is not None and outcome.needless(step, now)

    async def _step(self, seat: Seat, step: Step) -> str:
        """One step; gives what went wrong, or nothing."""
        begun = time.monotonic()
        self._say(step.says, step.watch)
        await self._watch.reader.asking.at_rest(self._plan.ref.uuid)
        error = await self._frost.obstacle() if guest.freezes(step) else ""
        if error:
            self._record(step, error, time.monotonic() - begun)
            return error
        error = await self._call(seat, step)
        self._record(step, error, time.monotonic() - begun)
        if guest.freezes(step):
            error += await self._thawed(seat, step, error)
        return error

    async def _call(self, seat: Seat, step: Step) -> str:
        """The step's libvirt call, and whether its effect can be read back."""
        before, error = self._watch.host.domain(self._plan.ref.uuid), ""
        self._lost = False
        try:
            await seat.call(Connection.perform, self._plan.ref.uuid, step)
        except HostError as refused:
            error, self._lost = str(refused), isinstance(refused, Lost)
            if isinstance(refused, Denied):
                error += self._learnt(step)
        domain = await self._read_back(step)
        if isinstance(domain, HostError):
            self._lost |= isinstance(domain, Lost)
            unread = "what came of it could not be read"
            return f"{error}; {unread}" if error else f"{unread}: {domain}"
        if error:
            lack = await self._lack(seat, step, before)
            return "; ".join((error, *lack, *aftermath.told(step, before, domain)))
        return outcome.missing(step, domain) or ""

    def _learnt(self, step: Step) -> str:
        """Keeps in mind what this connection may not do; gives what to add."""
        domain, needed = self._watch.host.domain(self._plan.ref.uuid), rights.needed(step)
        if domain is None or not needed:
            return ""
        right = needed[-1]
        self._watch.shelf.change(domain.uuid, denied=domain.denied | {right})
        return f" (it needs the right “{right}”)"

    async def _lack(self, seat: Seat, step: Step, before: Domain | None) -> tuple[str, ...]:
        """Whether there was room for what a job wrote that the step has waited for."""
        file = stopped.written(step, self._plan.steps, before)
        if not file:
            return ()
        try:
            places = await seat.call(Connection.places, (file,))
        except HostError:
            return ()
        return tuple(told for place in places for told in stopped.no_room(place))

    async def _thawed(self, seat: Seat, step: Step, error: str) -> str:
        """Thaws the guest if the step has failed and left it frozen; gives what to add."""
        if not error:
            self._frost.passed(step)
            return ""
        self._say("see whether the guest is left frozen")
        if not await self._frost.remains():
            return ""
        trouble = await self._step(seat, Thaw(step.domain))
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

    async def _read_back(self, step: Step) -> Domain | HostError:
        uuid = self._plan.ref.uuid
        try:
            domain = await self._watch.reader.fresh(uuid)
            if isinstance(step, Freeze | Thaw):
                await self._watch.reader.asking.ask(uuid)
                domain = self._watch.host.domain(uuid) or domain
            return domain
        except Gone as gone:
            return gone
        except HostError as error:
            return error

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
