"""Whatever a world holds, a wish becomes a plan or a refusal, and both are told harmlessly."""

from __future__ import annotations

from hypothesis import given

from kvmtui.model.value import replace
from kvmtui.model.world import Host, Link, Ref, World
from kvmtui.plans import planner
from kvmtui.plans.wishes import Wish
from kvmtui.render import plan as page
from tests.hostile.values import harmless, hosts, of


def open_(host: Host) -> Host:
    """The same host, where plans can be made for the first domain."""
    first, *others = host.domains
    domains = (replace(first, busy=""), *others)
    return replace(host, link=Link.OPEN, readonly=False, domains=domains)


@given(hosts.map(open_), of(Wish))
def test_any_wish(host: Host, wish: Wish) -> None:
    wish = replace(wish, ref=Ref(host.uri, host.domains[0].uuid))
    world = World((host,))
    planner.to_look_at(world, wish)
    made = planner.make(world, wish)
    for word, told in page.entries(made):
        assert harmless(word.plain + told.plain)
