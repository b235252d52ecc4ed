"""What leaving would leave behind: work that is half done, and guests that stand frozen."""

from __future__ import annotations

import asyncio

from kvmtui.model.domain import Domain
from kvmtui.model.world import Link, Ref, World
from kvmtui.render.words import safe
from kvmtui.ui.hosts import Hosts
from kvmtui.ui.screens.ask import Ask

LAST_WORDS = 10.0
"""Seconds that guests may take to thaw, or to run again, when kvmtui ends."""

STAY, QUIT, THAW = "Stay", "Quit", "Thaw and quit"


def held(world: World) -> tuple[tuple[Ref, Domain], ...]:
    """The guests of all hosts that kvmtui has frozen and nobody has thawed since."""
    return tuple(
        (Ref(host.uri, domain.uuid), domain)
        for host in world.hosts
        for domain in host.domains
        if domain.held and domain.state.active
        if host.link is not Link.OPENING
    )


async def give_back(hosts: Hosts) -> str:
    """Gives guests back what only the end of a plan would; gives why that did not work."""
    try:
        return "; ".join(await asyncio.wait_for(hosts.give_back(), LAST_WORDS))
    except TimeoutError:
        return "a guest may be paused or throttled still: libvirt does not answer"


def question(world: World) -> Ask | None:
    """What must be asked before leaving; None when nothing is left behind."""
    frozen = [safe(domain.name) for _ref, domain in held(world)]
    busy = [domain for host in world.hosts for domain in host.domains if domain.busy]
    told = []
    if frozen:
        told.append(
            f"{', '.join(frozen)}: frozen by kvmtui. Nothing in the guest can write until it is "
            "thawed, also when kvmtui is gone."
        )
    if busy:
        told.append(
            f"{safe(busy[0].name)}: {safe(busy[0].busy)}.\n"
            "libvirt goes on with what it does now, but the steps after it are not begun."
        )
    if not told:
        return None
    title = "A guest is frozen" if frozen else "Work is going on"
    answers = (STAY, THAW, QUIT) if frozen else (STAY, QUIT)
    return Ask(title, "\n\n".join(told), *answers)
