"""What leaving would leave behind: work that is half done, and guests that stand frozen."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.model.world import Link, Ref, World
from kvmtui.render.words import safe
from kvmtui.ui.screens.ask import Ask

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
