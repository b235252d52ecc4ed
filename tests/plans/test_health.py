"""What is wrong with a domain is found, with its reason; of one that is well nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk, ImageSnapshot, Layer
from kvmtui.model.domain import Domain, State
from kvmtui.model.growth import Growth, rounded
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import Host
from kvmtui.plans import health
from kvmtui.plans.health import Finding, Severity
from tests.worlds import (
    COMMITTING,
    GIB,
    READY,
    V9,
    V11,
    V12,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    host,
    image,
    inner,
    marked,
)

HOUR = 3600


def found(shown: Domain, **fields: Any) -> tuple[Finding, ...]:
    return health.findings(host(shown, **fields), shown)


def told(shown: Domain, **fields: Any) -> list[tuple[str, Severity, str, str]]:
    """Rule, severity, reason and remedy of each."""
    return [(f.rule, f.severity, f.reason, f.remedy) for f in found(shown, **fields)]


def with_disk(of: Domain, changed: Disk) -> Domain:
    assert of.config is not None
    return replace(of, config=replace(of.config, disks=(changed,)))


def only_disk(of: Domain) -> Disk:
    assert of.config is not None
    return of.config.disks[0]


@pytest.mark.parametrize(
    "well",
    [
        domain(),
        domain(state=State.OFF),
        chained(9),
        branched(),
        inner("i1", "i2"),
        domain("web", disk(file("web.qcow2"), free=500 * GIB)),
        chained(2, jobs=(COMMITTING,)),
        replace(domain(), config=None, forest=None),
        replace(chained(3), forest=None),
    ],
    ids=["plain", "off", "chain", "branches", "internal", "room", "job", "unread", "half read"],
)
def test_a_domain_that_is_well_has_nothing(well: Domain) -> None:
    assert found(well) == ()


@pytest.mark.parametrize(
    ("overlays", "libvirt", "state", "severity", "reason", "remedy"),
    [
        (10, V12, State.RUNNING, Severity.WARN, "more than 200 do not start", "c commits"),
        (24, V11, State.RUNNING, Severity.WARN, "more than 24 do not start", "c commits"),
        (24, V11, State.OFF, Severity.WARN, "more than 24 do not start", "start it, then c"),
        (25, V11, State.RUNNING, Severity.BAD, "more than 24 do not start", "c commits"),
        (25, V11, State.OFF, Severity.BAD, "more than 24 do not start", "qemu-img commit"),
        (25, V9, State.OFF, Severity.WARN, "more than 200 do not start", "start it, then c"),
        (201, V12, State.RUNNING, Severity.BAD, "more than 200 do not start", "c commits"),
    ],
)
def test_a_deep_chain_says_where_this_libvirt_ends(
    overlays: int, libvirt: int, state: State, severity: Severity, reason: str, remedy: str
) -> None:
    (finding,) = found(chained(overlays, state=state), libvirt=libvirt)
    assert (finding.rule, finding.severity, finding.remedy) == ("deep", severity, remedy)
    assert finding.reason.startswith(f"{overlays} overlays")
    assert finding.reason.endswith(reason)


def test_a_read_only_disk_may_be_as_deep_as_it_likes() -> None:
    deep = only_disk(chained(30))
    assert found(domain("web", replace(deep, readonly=True))) == ()


def growing(rate: int, room: int | None, source: str = "web.qcow2", **fields: Any) -> Domain:
    """An image of 1 of 20 GiB that grows."""
    own = disk(file("web.qcow2"), free=3 * GIB)
    return domain("web", own, growth=(Growth("vda", file(source), rate, room),), **fields)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (
            growing(2**20, 3 * HOUR * 2**20),
            ("full", Severity.WARN, "full in 3 hours at 1.0M/s", "make room"),
        ),
        (
            growing(2**20, 600 * 2**20),
            ("full", Severity.BAD, "full in 10 min at 1.0M/s", "make room"),
        ),
        (
            growing(2**10, 3 * GIB),
            ("thin", Severity.NOTE, "can take 19G more, 3.0G free", ""),
        ),
        (
            growing(0, 2**20 * 500),
            ("little room", Severity.WARN, "only 500M free, it can take 19G more", "make room"),
        ),
        (
            growing(0, 2**20 * 50),
            ("little room", Severity.BAD, "only 50M free, it can take 19G more", "make room"),
        ),
        (
            growing(2**20, None),
            ("full", Severity.BAD, "full in 51 min at 1.0M/s", "make room"),
        ),
        (
            growing(2**20, 2**20 * 500, state=State.OFF),
            ("thin", Severity.NOTE, "can take 19G more, 3.0G free", ""),
        ),
        (
            growing(2**30, 2**20, source="web.old.qcow2"),
            ("thin", Severity.NOTE, "can take 19G more, 3.0G free", ""),
        ),
    ],
    ids=["3 hours", "minutes", "days", "little", "nothing", "from the pool", "off", "other layer"],
)
def test_one_line_tells_what_matters_most_of_the_room(
    shown: Domain, expected: tuple[str, Severity, str, str]
) -> None:
    assert told(shown) == [expected]


def test_what_cannot_outgrow_its_room_is_not_told_however_fast_it_grows() -> None:
    growth = (Growth("vda", file("web.qcow2"), 2**20, 25 * GIB),)
    assert found(domain("web", disk(file("web.qcow2"), free=2**20), growth=growth)) == ()


def test_a_rate_is_rounded_so_that_it_changes_seldom() -> None:
    assert [rounded(n) for n in (0, 7, 1234, 1_049_999, 99_600)] == [0, 7, 1200, 1_000_000, 100_000]


def test_layers_that_are_missing() -> None:
    web = chained(1)
    top, base = only_disk(web).layers
    lost = replace(only_disk(web), layers=(top, replace(base, missing=True)))
    assert told(with_disk(web, lost)) == [
        ("layer missing", Severity.BAD, "web.qcow2 is missing", "put it back")
    ]


def local(*domains: Domain) -> Host:
    made = host(*domains)
    return replace(made, facts=replace(made.facts, local=True))


def test_a_layer_that_cannot_be_read_is_told_where_others_can() -> None:
    closed = domain("web", disk(file("web.s1.qcow2"), complete=False), state=State.OFF)
    seen = Disk("vda", layers=(image(file("mail"), snapshots=()),), complete=True)
    other = domain("mail", seen)
    shown = health.findings(local(closed, other), closed)
    assert [(f.rule, f.layer) for f in shown] == [("unreadable", file("web.s1.qcow2"))]
    assert health.findings(local(closed, domain("mail")), closed) == ()  # nothing can be read
    assert health.findings(host(closed, other), closed) == ()  # nobody could look
    running = replace(closed, state=State.RUNNING)
    assert health.findings(local(running, other), running) == ()
    network = Disk("vda", layers=(Layer("rbd:pool/web", "network"),))
    ceph = domain("ceph", network, state=State.OFF)
    assert health.findings(local(ceph, other), ceph) == ()


def test_a_job_that_somebody_left_ready() -> None:
    expected = ("ready", Severity.WARN, "active commit is ready", "P switches, x cancels")
    assert told(chained(1, jobs=(READY,))) == [expected]
    assert found(chained(1, jobs=(READY,), busy="merge")) == ()


def stale(corrected: bool) -> Domain:
    """The layer of s3 was merged into that of s2, or a pull has left nothing below."""
    web = chained(3)
    layers = only_disk(web).layers
    left = (layers[0], layers[2], layers[3]) if corrected else layers[:1]
    return with_disk(web, replace(only_disk(web), layers=left))


def test_snapshots_whose_layer_was_merged_behind_their_back() -> None:
    merged, pulled = found(stale(True)), found(stale(False))
    assert [(f.rule, f.reason, f.remedy) for f in merged] == [
        ("stale", "stale: “s2” and 1 more have lost their layers", "d forgets its record")
    ]
    assert [(f.reason, f.snapshots) for f in pulled] == [
        ("stale: “s1” and 2 more have lost their layers", ("s1", "s2", "s3"))
    ]
    assert health.stale(host(stale(False)), stale(False)) == {"s1", "s2", "s3"}
    assert health.stale(host(chained(3)), chained(3)) == set()


def test_where_the_record_can_be_corrected_the_key_for_it_is_told() -> None:
    taken = external("s2", "s1", base="web.mid.qcow2", overlay="web.s2.qcow2")
    first = external("s1", base="web.qcow2", overlay="web.mid.qcow2")
    web = domain("web", disk(file("web.s2.qcow2"), file("new.qcow2")))
    web = replace(web, forest=Forest((first, taken), "s2"))
    assert {f.remedy for f in found(web)} == {"d corrects its record"}


def test_what_an_interrupted_delete_left() -> None:
    assert told(marked(branched(), "s1")) == [
        ("half merged", Severity.BAD, "“s3” is half merged", "d deletes again")
    ]
    deleting = replace(marked(branched(), "s1"), jobs=(COMMITTING,))
    assert told(deleting) == [], "the delete may be going on"
    assert told(marked(branched(), "s2")) == [
        ("unfinished", Severity.WARN, "“s2” has an unfinished merge", "d below it")
    ]


def test_internal_snapshots_that_their_image_lost() -> None:
    layer = replace(only_disk(inner("i1")).layers[0], snapshots=(ImageSnapshot("other", 0),))
    web = with_disk(inner("i1"), replace(disk(), layers=(layer,)))
    assert told(web) == [
        ("not inside", Severity.WARN, "“i1” is not in its image", "d forgets its record")
    ]


def test_what_was_written_since_may_not_fit_below() -> None:
    top = image(file("web.s1.qcow2"), used=8 * GIB)
    base = image(file("web.qcow2"), used=GIB, free=3 * GIB)
    web = domain("web", Disk("vda", layers=(top, base), complete=True))
    assert told(web) == [
        ("no room", Severity.WARN, "no room to merge 8.0G: 3.0G free", "make room")
    ]
    roomy = replace(base, free=9 * GIB)
    assert found(domain("web", Disk("vda", layers=(top, roomy), complete=True))) == ()


def test_the_most_severe_comes_first_and_equal_ones_as_urgent_as_they_are() -> None:
    web = replace(stale(False), jobs=(READY,))
    rules = [f.rule for f in found(with_disk(web, replace(only_disk(web), free=2**20)))]
    assert rules == ["little room", "ready", "stale"]


def test_the_same_domain_is_looked_through_only_once() -> None:
    web = chained(12)
    shown = host(web)
    assert health.findings(shown, web) is health.findings(shown, web)
    assert health.findings(host(web, libvirt=V12), web) != health.findings(shown, web)
