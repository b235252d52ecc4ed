"""Sees to it that no guest stays frozen because a step of kvmtui went wrong."""

from __future__ import annotations

import asyncio
import time

from kvmtui.host.base import Gone, HostError
from kvmtui.host.watch import Watch
from kvmtui.model.guest import Answer, Guest
from kvmtui.model.value import replace
from kvmtui.plans.steps import CreateSnapshot, Step

PATIENCE = 30.0
"""Seconds for an agent to answer again: it may be freezing still, or be started anew."""

PAUSE = 0.5
"""Seconds between two questions."""


class Frost:
    """What is known about the frost in one guest before and after a step that freezes it."""

    def __init__(self, watch: Watch, uuid: str) -> None:
        self._watch = watch
        self._uuid = uuid

    async def obstacle(self) -> str:
        """Why it must not be frozen now; from here on kvmtui may have frozen it.

        Asked right before the step, as anybody else can freeze a guest too: what they have
        frozen must not be thawed when the step fails.
        """
        guest = await self._asked()
        if guest.answer is not Answer.ANSWERING:
            return guest.trouble or "the guest agent does not answer"
        if guest.frozen:
            return "somebody else has frozen the file systems"
        self._watch.shelf.change(self._uuid, held=True)
        return ""

    def passed(self, step: Step) -> None:
        """The step came about: after a snapshot, libvirt has thawed the guest."""
        if isinstance(step, CreateSnapshot):
            self._watch.shelf.change(self._uuid, held=False)

    async def remains(self) -> bool:
        """After a failure: whether the guest is frozen, or may be as nobody answers."""
        end = time.monotonic() + PATIENCE
        while (frozen := self._said(await self._asked())) is None:
            if time.monotonic() > end:
                return True
            await asyncio.sleep(PAUSE)
        return frozen

    async def comes_later(self) -> bool:
        """Waits for an agent that was given up: whether the guest is frozen when it answers.

        It is asked meanwhile as every guest that kvmtui may have frozen; what it said before,
        perhaps over a connection that is lost, counts no more.
        """
        self._watch.shelf.change(self._uuid, guest=replace(self._known(), answer=Answer.UNASKED))
        while True:
            frozen = self._said(self._known())
            if frozen is not None:
                return frozen
            await asyncio.sleep(PAUSE)

    def is_unheard(self) -> bool:
        """Whether nobody can tell if it is frozen."""
        return self._said(self._known()) is None

    def _said(self, guest: Guest) -> bool | None:
        """Whether it is frozen; None where nobody answers."""
        domain = self._watch.host.domain(self._uuid)
        if domain is None or not domain.state.active:
            return False
        return guest.frozen if guest.answer is Answer.ANSWERING else None

    def _known(self) -> Guest:
        domain = self._watch.host.domain(self._uuid)
        return (domain.guest if domain else None) or Guest()

    async def _asked(self) -> Guest:
        """What the agent answers now, after a look at whether it is connected."""
        try:
            await self._watch.reader.fresh(self._uuid)
            await self._watch.reader.asking.ask(self._uuid)
        except Gone:
            return Guest()
        except HostError as error:
            return Guest(trouble=str(error))
        return self._known()
