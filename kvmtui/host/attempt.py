"""One step's libvirt call, and what came of it, whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext

from kvmtui.host.base import Busy, Denied, HostError, Lost, Unreached
from kvmtui.host.patience import waiting
from kvmtui.host.seat import Seat
from kvmtui.host.virt import Connection
from kvmtui.host.watch import Watch
from kvmtui.model.domain import Domain
from kvmtui.model.silence import LIBVIRT
from kvmtui.plans import aftermath, cut_short, outcome, rights
from kvmtui.plans.jobs import stopped
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Freeze, Step, Thaw
from kvmtui.plans.steps.lasting import lasts

PAUSE = 1.0
"""Seconds between two looks whether a host or a domain answers again."""

Tell = Callable[[Step, HostError], None]


class Attempt:
    """Makes the calls of one plan, and reads the domain again after each.

    A lost connection says nothing about the step: libvirt may go on with it, or have died amid it.
    So the host is waited for, then whoever works on the domain still; then the domain tells.
    """

    def __init__(self, watch: Watch, plan: Plan, seat: Seat, tell: Tell) -> None:
        self._watch = watch
        self._plan = plan
        self._uuid = plan.ref.uuid
        self._seat = seat
        self._tell = tell
        """Is told of a lost connection at once: nobody knows how long it will be."""
        self.lost = False
        """The connection was lost amid the last step."""
        self.away = 0.0
        """Seconds for which connections were lost, altogether."""
        self._begun = False
        """A step came about, so that the others should follow."""

    async def make(self, step: Step) -> str:
        """What went wrong, or nothing."""
        error = await self._once(step)
        if error and self.lost and cut_short.can_be_done_again(step):
            error = await self._once(step)
        while error and self.lost and cut_short.waits(step):
            error = await self._once(step)
        self._begun |= not error
        return error

    async def _once(self, step: Step) -> str:
        before, refused = self._watch.host.domain(self._uuid), await self._called(step)
        while isinstance(refused, Unreached):
            if not await self._reached(step, refused):
                return str(refused)
            refused = await self._called(step)
        self.lost = isinstance(refused, Lost)
        if isinstance(refused, Lost):
            await self._back(step, refused, settle=True)
        domain = await self._read_back(step)
        if isinstance(domain, HostError):
            unread = "what came of it could not be read"
            return f"{refused}; {unread}" if refused else f"{unread}: {domain}"
        if self.lost:
            shown = cut_short.came_about(step, before, domain)
            return "" if shown else cut_short.told(step, before, domain)
        if refused:
            learnt = self._learnt(step) if isinstance(refused, Denied) else ""
            lack = await self._lack(step, before)
            return "; ".join((f"{refused}{learnt}", *lack, *aftermath.told(step, before, domain)))
        return outcome.missing(step, domain) or ""

    def _learnt(self, step: Step) -> str:
        """Keeps in mind what this connection may not do; gives what to add."""
        domain, needed = self._watch.host.domain(self._uuid), rights.needed(step)
        if domain is None or not needed:
            return ""
        right = needed[-1]
        self._watch.shelf.change(domain.uuid, denied=domain.denied | {right})
        return f" (it needs the right “{right}”)"

    async def _called(self, step: Step) -> HostError | None:
        """The call; where it should be over at once, a domain that it hangs on is marked."""
        shelf = self._watch.shelf
        try:
            with nullcontext() if lasts(step) else waiting(shelf, self._uuid, LIBVIRT):
                await self._seat.call(Connection.perform, self._uuid, step)
        except HostError as refused:
            return refused
        return None

    async def _reached(self, step: Step, unreached: Unreached) -> bool:
        """Waits for the host; whether what was agreed to is still wished for when it is there."""
        back = self._back(step, unreached, settle=False)
        if self._begun and not cut_short.takes_away(step):
            await back
            return True
        try:
            await asyncio.wait_for(back, cut_short.LONG - self.away)
        except TimeoutError:
            return False
        return True

    async def _back(self, step: Step, lost: Lost, *, settle: bool) -> None:
        """Waits for the host, and for libvirt to be done with the domain."""
        begun = time.monotonic()
        self._tell(step, lost)
        try:
            while True:
                await asyncio.sleep(PAUSE)
                await self._watch.opened()
                try:
                    if settle:
                        await self._seat.call(Connection.settle, self._uuid)
                    return
                except Lost:
                    continue
                except HostError:
                    return  # reading tells the same
        finally:
            self.away += time.monotonic() - begun

    async def _read_back(self, step: Step) -> Domain | HostError:
        """The domain as it is now; waits until somebody answers for it."""
        reader = self._watch.reader
        while True:
            try:
                domain = await reader.fresh(self._uuid)
                if isinstance(step, Freeze | Thaw):
                    await reader.asking.ask(self._uuid)
                return self._watch.host.domain(self._uuid) or domain
            except Lost as lost:
                await self._back(step, lost, settle=False)
            except Busy:
                await asyncio.sleep(PAUSE)
            except HostError as error:
                return error

    async def _lack(self, step: Step, before: Domain | None) -> tuple[str, ...]:
        """Whether there was room for what a job wrote that the step has waited for."""
        file = stopped.written(step, self._plan.steps, before)
        if not file:
            return ()
        try:
            places = await self._seat.call(Connection.places, (file,))
        except HostError:
            return ()
        return tuple(told for place in places for told in stopped.no_room(place))
