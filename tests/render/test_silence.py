"""Who owes an answer, and for how long."""

from __future__ import annotations

import pytest

from kvmtui.model.silence import LIBVIRT, QEMU, Silence
from kvmtui.model.value import replace
from kvmtui.model.world import Link, World
from kvmtui.render import jobs, silence, snapshots
from kvmtui.render.row import plain
from kvmtui.render.words import lasting
from tests.worlds import NOW, domain, host, world


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, "0 s"), (0.4, "0 s"), (8, "8 s"), (59.9, "59 s"), (60, "1 min"), (7199, "1 h")],
)
def test_time_goes_by(seconds: float, told: str) -> None:
    assert lasting(NOW - seconds, NOW) == told


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (None, ""),
        (Silence(NOW - 8, QEMU), "no answer from QEMU for 8 s"),
        (Silence(NOW - 90, LIBVIRT), "no answer from libvirt for 1 min"),
        (Silence(NOW - 4), "no answer for 4 s"),
    ],
)
def test_a_domain_that_is_waited_for(late: Silence | None, told: str) -> None:
    shown = domain(silence=late)
    assert silence.of_domain(shown, NOW) == told
    assert silence.is_waited_for(world(shown)) == bool(told)
    unread = replace(shown, forest=None)
    assert plain(snapshots.rows(unread, 40, NOW)) == (told or "reading …")


def test_a_plan_that_hangs_is_told_with_its_time() -> None:
    shown = domain(busy="pause web", silence=Silence(NOW - 8, LIBVIRT))
    assert plain(jobs.rows(world(shown), 80, NOW)) == (
        "web  pause web … no answer from libvirt for 8 s"
    )


LATE = host(domain(), silent=NOW - 12)
LOST = host(domain(), link=Link.LOST, since=NOW - 90, trouble="reset by\x1b peer")


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (World((host(domain()),)), None),
        (World((LATE,)), "kvm01: no answer for 12 s, this is its last known state"),
        (World((LATE, LOST)), "kvm01 lost 1 min ago, F5 tries again: reset by␛ peer"),
    ],
)
def test_the_banner_tells_of_the_worst_host(shown: World, told: str | None) -> None:
    found = silence.banner(shown, NOW)
    assert (found.plain if found else None) == told
    assert silence.is_waited_for(shown) == (told is not None)


def test_a_host_without_a_name_is_told_by_its_uri() -> None:
    unnamed = replace(LATE, facts=replace(LATE.facts, name=""), uri="qemu+ssh://b/system")
    found = silence.banner(World((unnamed,)), NOW)
    assert found is not None
    assert found.plain.startswith("qemu+ssh://b/system: no answer")
