"""The list of domains with the most urgent thing about each."""

from __future__ import annotations

import pytest
from rich.console import Console

from kvmtui.model.domain import Domain, State
from kvmtui.model.silence import QEMU, Silence
from kvmtui.model.value import replace
from kvmtui.model.world import Link, World
from kvmtui.plans import health
from kvmtui.render import domains
from kvmtui.render.row import plain
from tests.worlds import (
    COMMITTING,
    FROZEN,
    GIB,
    NOW,
    READY,
    SILENT,
    branched,
    chained,
    disk,
    domain,
    file,
    host,
    marked,
    world,
)

LOST = disk(file("a"), file("b"))
LOST = replace(LOST, layers=(LOST.layers[0], replace(LOST.layers[1], missing=True)))


def test_the_domains_with_their_snapshots_chains_and_marks() -> None:
    shown = world(chained(5, "mail"), domain("off", state=State.OFF), branched(jobs=(READY,)))
    assert plain(domains.rows(shown, 40, NOW)).splitlines() == [
        "  name                 snap chain",
        "● mail                    5     6",
        "○ off                     ·     1",
        "● web                     4     4 ready",
    ]


def test_hosts_are_headings_when_there_are_several() -> None:
    lost = host(domain("web"), uri="qemu+ssh://b/system", link=Link.LOST, since=NOW - 720)
    lines = plain(domains.rows(World((host(), lost)), 40, NOW)).splitlines()
    assert lines[1:4] == ["kvm01", "  no domains", "kvm01  lost 12 min"]


def test_a_host_that_owes_an_answer_is_dimmed_like_a_lost_one() -> None:
    late = host(domain("web"), uri="qemu+ssh://b/system", silent=NOW - 12)
    rows = domains.rows(World((host(domain("mail")), late)), 40, NOW)
    assert [row.text.plain.rstrip() for row in rows[3:]] == [
        "kvm01  no answer for 12 s",
        "● web                     ·     1",
    ]
    whole = [row.text.get_style_at_offset(Console(), 12).dim for row in rows]
    assert whole[4]
    assert not whole[2]


@pytest.mark.parametrize(
    ("shown", "long", "short"),
    [
        (domain(), "", ""),
        (domain(reason="I/O error", jobs=(READY,)), "I/O error", "I/O"),
        (domain(guest=FROZEN, jobs=(READY,)), "frozen: t", "frozen"),
        (domain(guest=replace(SILENT, frozen=True)), "frozen?", "froze?"),
        (domain(guest=SILENT, held=True), "frozen?", "froze?"),
        (domain("web", LOST), "missing", "lost"),
        (domain("web", LOST, jobs=(READY,)), "missing", "lost"),
        (chained(12, jobs=(COMMITTING,)), "busy", "busy"),
        (chained(12, trouble="timed out"), "deep", "deep"),
        (marked(branched(), "s1"), "half done", "broken"),
        (domain("web", disk(file("a"), free=30 * GIB)), "", ""),
        (domain("web", disk(file("a"), free=2**26)), "low space", "space"),
        (domain("web", disk(file("a"), free=3 * GIB)), "", ""),
        (domain(jobs=(READY,)), "ready", "ready"),
        (domain(jobs=(READY,), busy="merging"), "busy", "busy"),
        (domain(jobs=(COMMITTING,), trouble="x"), "busy", "busy"),
        (domain(state=State.PAUSED, errand=True), "off: o", "off: o"),
        (domain(state=State.PAUSED, errand=True, busy="merging"), "busy", "busy"),
        (domain(state=State.RUNNING, errand=True), "", ""),
        (domain(trouble="timed out"), "trouble", "!"),
        (domain(silence=Silence(NOW - 8, QEMU), busy="merging"), "no answer", "silent"),
    ],
)
def test_the_mark_is_the_most_urgent_thing(shown: Domain, long: str, short: str) -> None:
    found = health.findings(host(shown), shown)
    marks = [domains.mark(shown, found, width)[0] for width in (9, 6)]
    assert marks == [long, short]
