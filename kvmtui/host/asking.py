"""Asking guest agents, one after another, however long they take."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from kvmtui.host.seat import Seat
from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part, Stale
from kvmtui.host.virt import Connection, Opener
from kvmtui.model.domain import Config, Domain, State
from kvmtui.model.guest import Channel, Guest

AT_REST = 6.0
"""Seconds that a question to a guest agent may take before nobody waits for it any more."""


class Asking:
    """A seat of its own: an agent that is silent holds up only the next one."""

    def __init__(self, opener: Opener, shelf: Shelf) -> None:
        self._shelf = shelf
        self.seat = Seat("agent", opener)
        self.stale = Stale()
        """Domains whose agent is to be asked."""
        self._asked = ""
        """uuid of the domain whose agent is being asked; the next is asked when it has answered."""
        self._at_rest = asyncio.Event()

    async def at_rest(self, uuid: str) -> None:
        """Waits, not for long, until the guest's agent has answered what it was asked.

        RAM that is saved amid an answer wakes up amid it: libvirt reads the rest of it as the
        beginning of another, and calls the agent broken.
        """
        if self._asked == uuid:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._at_rest.wait(), AT_REST)

    async def ask(self, uuid: str) -> None:
        """Asks now, also while a plan works on the domain. Raises ``HostError``."""
        domain = self._shelf.host.domain(uuid)
        if domain is None or domain.config is None:
            return
        able = _can_answer(domain, domain.config)
        guest = await self.seat.call(Connection.guest, uuid) if able else Guest()
        self._shelf.heard(uuid, guest)

    async def read(self, uuid: str, parts: Part) -> None:
        """Of guests that nobody looks at only whether they are frozen, which costs one call.

        Of one that is off there is nothing more to know, whoever looks at it.
        """
        domain = self._shelf.host.domain(uuid)
        if domain is None or domain.config is None:
            return
        if not domain.state.active:
            self._shelf.heard(uuid, Guest())
            return
        self._asked = uuid
        self._at_rest.clear()
        try:
            if Part.GUEST in parts or await self._is_frozen(domain, domain.config):
                await self.ask(uuid)
        finally:
            self._asked = ""
            self._at_rest.set()

    async def _is_frozen(self, domain: Domain, config: Config) -> bool:
        able = _can_answer(domain, config)
        return able and await self.seat.call(Connection.is_frozen, domain.uuid)


def _can_answer(domain: Domain, config: Config) -> bool:
    """Whether an agent runs there that anybody could ask; a paused guest answers nothing."""
    return config.channel is Channel.CONNECTED and domain.state is State.RUNNING
