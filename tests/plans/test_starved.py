"""A guest that was stopped because there was no room: why, and the way out."""

from __future__ import annotations

import pytest

from kvmtui.model.disk import FAILED, NO_SPACE
from kvmtui.model.domain import IO_ERROR, Domain, State
from kvmtui.model.value import replace
from kvmtui.plans import health
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Switch
from kvmtui.render import chain, details, domains, layer, snapshots
from kvmtui.render.row import plain
from tests.worlds import FOLDER, GIB, NOW, allowed, disk, domain, file, host, ref, world


def stopped(why: str = NO_SPACE, free: int | None = 0, reason: str = IO_ERROR) -> Domain:
    only = replace(disk(file("web.qcow2")), stopped=why, free=free)
    return domain("web", only, state=State.PAUSED, reason=reason)


@pytest.mark.parametrize(
    ("shown", "reason", "remedy"),
    [
        (stopped(), f"paused: no space on {FOLDER}", "make room, then o"),
        (stopped(free=None), f"paused: no space on {FOLDER}", "make room, then o"),
        (stopped(free=4096), f"paused: no space on {FOLDER}", "make room, then o"),
        (stopped(free=GIB), "paused: no space, but 1.0G free now", "o resumes"),
        (stopped(FAILED, GIB), "paused: web.qcow2 failed", "o resumes"),
    ],
)
def test_why_it_stands_still_comes_first(shown: Domain, reason: str, remedy: str) -> None:
    first, *others = health.findings(host(shown), shown)
    assert (first.reason, first.remedy) == (reason, remedy)
    assert first.severity is health.Severity.BAD
    if first.rule == "no space":
        assert others == [], "that there is little room is told by it"


def test_what_is_remembered_of_a_guest_that_was_paused_by_somebody_counts_no_more() -> None:
    shown = stopped(free=500 * GIB, reason="")
    assert health.findings(host(shown), shown) == ()


def test_the_list_the_tree_and_the_details_say_so() -> None:
    shown = stopped()
    words = [domains.mark(shown, health.findings(host(shown), shown), n)[0] for n in (9, 6)]
    assert words == ["no space", "full"]
    assert "▶ you are here · paused, no space" in plain(snapshots.rows(shown, 60, NOW))
    way = f"no space on {FOLDER}: make room, then o resumes it"
    assert details.told(shown, None)[0].plain == way
    assert layer.details(host(shown), shown, "vda", file("web.qcow2"))[0].plain == way
    assert "! paused: no space on /img" in plain(chain.rows(host(shown), shown, 60))


def test_the_power_menu_tells_what_would_be_in_vain_and_what_would_lose_data() -> None:
    def warnings(shown: Domain, verb: Verb) -> tuple[str, ...]:
        return allowed(world(shown), Switch(ref(shown), verb)).warnings

    vain = f"it will stop again at once, unless room was made on {FOLDER}"
    needless = f"it only waits for room on {FOLDER}: make some and resume it"
    assert warnings(stopped(), Verb.RESUME) == (vain,)
    assert warnings(stopped(free=GIB), Verb.RESUME) == ()
    assert warnings(stopped(), Verb.FORCE_OFF) == (needless,)
    assert warnings(stopped(FAILED), Verb.FORCE_OFF) == ()
