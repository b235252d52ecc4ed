"""The tree of snapshots and what is known of each."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory, Snapshot
from kvmtui.model.value import replace
from kvmtui.render import details, snapshots
from kvmtui.render.row import plain
from tests.worlds import (
    DAY,
    GIB,
    NOW,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    inner,
    internal,
    marked,
)


def test_the_tree_in_time_order_with_the_place_where_the_domain_is() -> None:
    assert plain(snapshots.rows(branched(), 40, NOW)).splitlines() == [
        "● root              disks      1.0G   9d",
        "└ ● s1              disks      1.0G  24h",
        "  ├ ● s2            disks            24h",
        "  └ ● s3            disks      1.0G   1m",
        "    └ ▶ you are here · running",
    ]


def test_what_an_interrupted_delete_has_spoilt_is_told_from_what_it_only_marked() -> None:
    lines = plain(snapshots.rows(marked(branched(), "s1"), 60, NOW)).splitlines()
    assert [line.split()[2:5] for line in lines[1:4]] == [
        ["s1", "unfinished", "disks"],
        ["s2", "disks", "24h"],
        ["s3", "half", "merged"],
    ]


def test_a_snapshot_whose_layer_is_gone_is_marked_stale() -> None:
    lines = plain(snapshots.rows(branched(), 60, NOW, stale={"s3"})).splitlines()
    assert [line.split()[2:4] for line in lines[1:4]] == [
        ["s1", "disks"],
        ["s2", "disks"],
        ["s3", "stale"],
    ]


def test_a_folded_snapshot_says_how_many_it_hides() -> None:
    lines = plain(snapshots.rows(branched(), 40, NOW, folded=["s1"])).splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["●", "root", "disks", "1.0G"],
        ["└", "●", "s1", "+2"],
    ]


def test_without_snapshots_the_domain_is_still_somewhere() -> None:
    lines = plain(snapshots.rows(domain(), 60, NOW)).splitlines()
    assert lines[0] == "▶ you are here · running"
    assert "no snapshots yet" in lines[1]
    assert plain(snapshots.rows(replace(domain(), forest=None), 60, NOW)) == "reading …"


def test_a_tree_as_deep_as_internal_snapshots_may_get_is_drawn() -> None:
    deep = inner(*(f"i{n}" for n in range(3000)))
    assert len(snapshots.rows(deep, 40, NOW)) == 3001


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (external("s", base="a", overlay="b"), "disks"),
        (external("s", base="a", overlay="b", memory=Memory.EXTERNAL), "disks+RAM"),
        (internal("s"), "inner+RAM"),
        (replace(internal("s"), memory=Memory.NO), "inner"),
        (Snapshot("s"), "empty"),
    ],
)
def test_the_kind_in_one_word(taken: Snapshot, said: str) -> None:
    assert snapshots.kind(taken) == said


def test_a_snapshot_weighs_its_overlays_or_its_ram_inside() -> None:
    web = branched()
    assert web.forest is not None
    assert [snapshots.weight(web, s) for s in web.forest.snapshots] == [GIB, GIB, None, GIB]
    layer = replace(disk(file("web.qcow2")).layers[0], snapshots=(ImageSnapshot("i1", 300),))
    held = inner("i1", name="web")
    assert held.config is not None
    held = replace(held, config=replace(held.config, disks=(replace(disk(), layers=(layer,)),)))
    assert snapshots.weight(held, internal("i1")) == 300


def test_the_details_of_a_snapshot_and_of_the_present() -> None:
    told = [text.plain for text in details.told(branched(), "s2")]
    assert told[0].startswith("2026-11-20 12:00 · ")
    assert told[1:] == [
        "no description",
        "vda /img/web.s2.qcow2",
        "vda keeps /img/web.s1.qcow2",
    ]
    told = [text.plain for text in details.told(branched(), "s3")]
    assert told[2:] == ["vda /img/web.s3.qcow2 1.0G", "vda keeps /img/web.s1-r.qcow2 1.0G"]
    now = domain(title="ERP", description="prod", nvram="raw", managed_save=True)
    told = [text.plain for text in details.told(now, None)]
    assert told == ["ERP · prod", "2 CPUs · 2.0G RAM · UEFI · saved RAM image"]


def test_forests_of_snapshots_with_lost_parents_are_shown_whole() -> None:
    orphan = replace(domain(), forest=Forest((Snapshot("b", "gone"), Snapshot("c", "b")), None))
    assert len(snapshots.rows(orphan, 40, NOW)) == 3


def unrecorded() -> Domain:
    """i1 is recorded but in no image any more; by-hand is only in the image."""
    image = ImageSnapshot("by-hand", 300, NOW - 3 * DAY, "1")
    layer = replace(disk(file("web.qcow2")).layers[0], snapshots=(image,))
    held = inner("i1", name="web")
    assert held.config is not None
    return replace(held, config=replace(held.config, disks=(replace(disk(), layers=(layer,)),)))


def test_what_only_an_image_knows_stands_below_the_tree_and_what_it_lost_is_marked() -> None:
    lines = plain(snapshots.rows(unrecorded(), 60, NOW)).splitlines()
    assert [line.split() for line in lines] == [
        ["●", "i1", "not", "in", "its", "image", "inner+RAM", "24h"],
        ["└", "▶", "you", "are", "here", "·", "running"],
        ["◌", "by-hand", "·", "vda", "inner+RAM", "300B", "3d"],
    ]
    alone = replace(unrecorded(), forest=Forest())
    shown = plain(snapshots.rows(alone, 60, NOW))
    assert "by-hand" in shown
    assert "no snapshots yet" not in shown


def test_its_row_is_told_from_every_other() -> None:
    keys = [row.key for row in snapshots.rows(unrecorded(), 60, NOW)]
    assert [snapshots.inside_of(key) for key in keys] == [None, None, "by-hand"]
    assert snapshots.inside_of(("vda", "by-hand")) is None


def test_the_details_say_where_it_is_and_what_can_be_done() -> None:
    told = [text.plain for text in details.told(unrecorded(), None, "by-hand")]
    assert told[0].endswith(" · only inside vda · with 300B of RAM")
    assert "a adopts, d deletes" in told[1]
    told = [text.plain for text in details.told(unrecorded(), "i1")]
    assert "vda does not hold it any more" in told


def test_a_record_that_fits_no_more_says_why() -> None:
    """s2's image was merged by hand into the one below, which s1 kept."""
    web = chained(3)
    merged = disk(*map(file, ("web.s3.qcow2", "web.s2.qcow2", "web.qcow2")))
    assert web.config is not None
    after = replace(web, config=replace(web.config, disks=(merged,)))
    told = [text.plain for text in details.told(after, "s2")]
    assert "/img/web.s1.qcow2 is no longer below vda: it was merged" in told
    unsure = replace(after, config=replace(web.config, disks=(replace(merged, complete=False),)))
    told = [text.plain for text in details.told(unsure, "s2")]
    assert not any("merged" in line for line in told)


def test_a_snapshot_whose_image_is_gone_is_marked() -> None:
    web = chained(2)
    assert web.config is not None
    top, middle, base = web.config.disks[0].layers
    holed = replace(disk(), layers=(top, replace(middle, missing=True), base), complete=False)
    after = replace(web, config=replace(web.config, disks=(holed,)))
    lines = plain(snapshots.rows(after, 60, NOW)).splitlines()
    assert ["missing" in line for line in lines] == [False, True, False]
    told = [text.plain for text in details.told(after, "s2")]
    assert "/img/web.s1.qcow2 is missing" in told


def test_who_is_paused_for_a_merge_that_is_over_is_told_so() -> None:
    def here(**fields: Any) -> str:
        return plain(snapshots.rows(domain(**fields), 40, NOW)).splitlines()[0]

    assert here(state=State.PAUSED, errand=True) == "▶ you are here · paused for a merge"
    assert here(state=State.PAUSED, errand=True, busy="merge") == "▶ you are here · paused"
    assert here(state=State.PAUSED) == "▶ you are here · paused"
