"""Which QEMUs answer: only to feel the pulse of one may take for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import Enum, auto

from kvmtui.host.base import HostError, Lost
from kvmtui.host.patience import PATIENCE
from kvmtui.host.shelf import Shelf
from kvmtui.host.turns import Turns
from kvmtui.host.virt import Connection
from kvmtui.model.domain import Domain
from kvmtui.model.silence import QEMU

SOUND = 2.0
"""Seconds for which a QEMU that has answered is not asked again."""

MARKED = 0.5
"""Seconds after which a domain whose QEMU is late is marked at the latest."""


class Answer(Enum):
    """What the pulse of a QEMU says."""

    SOUND = auto()
    LATE = auto()
    UNKNOWN = auto()
    """It cannot be felt now, as too many others are late."""


class Pulse:
    """Asks QEMUs before anything else does that would wait for them, each only once at a time.

    One that is late is marked, and asked nothing more until it answers: ``revived`` is called then.
    """

    def __init__(
        self,
        turns: Turns,
        shelf: Shelf,
        revived: Callable[[str], None],
        has_job: Callable[[str], bool],
    ) -> None:
        self._turns = turns
        self._shelf = shelf
        self._revived = revived
        self._has_job = has_job
        """Whether a plan has libvirt save RAM or merge layers; inside images QEMU saves it deaf."""
        self._asked: dict[str, asyncio.Task[None]] = {}
        """Those that have not answered yet, by uuid."""
        self._sound: dict[str, float] = {}
        """When the others answered last, by the monotonic clock."""

    def clear(self) -> None:
        """The connection is gone, and with it all questions."""
        self._sound.clear()
        for asked in self._asked.values():
            asked.cancel()
        for domain in self._shelf.host.domains:
            self._shelf.silent(domain.uuid, QEMU, 0.0)

    async def answers(self, uuid: str, *, anew: bool = False) -> Answer:
        """Whether QEMU can be asked something now; waits until its answer is late.

        ``anew``: that it has answered just before is not enough.
        """
        domain = self._shelf.host.domain(uuid)
        if anew:
            self._sound.pop(uuid, None)
        if domain is None or not self._has(domain) or self._is_sound(uuid):
            return Answer.SOUND
        self.feel(uuid)
        if uuid in self._asked and not self._shelf.owes(uuid, QEMU):
            await asyncio.wait({self._asked[uuid]}, timeout=PATIENCE + MARKED)
        if self._shelf.owes(uuid, QEMU):
            return Answer.LATE
        return Answer.SOUND if self._is_sound(uuid) else Answer.UNKNOWN

    def feel(self, uuid: str) -> None:
        """Asks, unless that is being done or could take the last seat."""
        if uuid not in self._asked and not self._turns.scarce:
            self._asked[uuid] = asyncio.ensure_future(self._feel(uuid))
            self._asked[uuid].add_done_callback(lambda _: self._asked.pop(uuid))

    def again(self) -> None:
        """Asks those whose answer was late, and those that a plan works on."""
        for domain in self._shelf.host.domains:
            if (domain.silence or domain.busy) and self._has(domain):
                self.feel(domain.uuid)

    async def _feel(self, uuid: str) -> None:
        loop, occupied = asyncio.get_running_loop(), 0.0
        async with self._turns.turn() as seat:
            late = loop.call_later(PATIENCE, self._shelf.silent, uuid, QEMU, time.time())
            try:
                amid_job = self._has_job(uuid)
                occupied = await seat.call(Connection.occupied, uuid, amid_job=amid_job)
            except Lost:
                return
            except HostError:
                pass  # as of one that has just stopped: whatever else is asked will tell
            finally:
                late.cancel()
        if not occupied:
            self._sound[uuid] = time.monotonic()
        if self._shelf.silent(uuid, QEMU, time.time() - occupied if occupied else 0.0):
            self._revived(uuid)

    def _has(self, domain: Domain) -> bool:
        return domain.state.active and self._shelf.host.facts.has_block_jobs

    def _is_sound(self, uuid: str) -> bool:
        return time.monotonic() - self._sound.get(uuid, float("-inf")) < SOUND
