"""After a delete was interrupted: what it half overwrote is not gone back to, all else is.

The mark is with the snapshot whose overlay was merged into; spoilt is the one that overlay keeps.
"""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.steps import Redefine
from kvmtui.plans.wishes import Delete, Merge, Revert
from tests.worlds import (
    V9,
    V11,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    marked,
    ref,
    refused,
    world,
)

HALF = marked(chained(3), "s1")
"""The delete of s2 was interrupted: web.s1.qcow2 holds some of web.s2.qcow2."""

CLEARED = Redefine("web", "s1", (("vda", file("web.s1.qcow2")),))


def back(of: Domain, name: str) -> str:
    return refused(world(of), Revert(ref(of), name, safety=False))


@pytest.mark.parametrize(
    ("web", "rules"),
    [
        (HALF, {"s1": "unfinished", "s2": "half merged", "s3": ""}),
        (marked(chained(3), "s2"), {"s1": "", "s2": "unfinished", "s3": "half merged"}),
        (marked(chained(3), "s3"), {"s1": "", "s2": "", "s3": ""}),
        (marked(chained(3), "s1", "vdb"), {"s1": "", "s2": "", "s3": ""}),
        (
            marked(branched(), "s1"),
            {"root": "", "s1": "unfinished", "s2": "unfinished", "s3": "half merged"},
        ),
    ],
)
def test_only_the_state_that_was_overwritten_is_lost(web: Domain, rules: dict[str, str]) -> None:
    assert {name: back(web, name) for name in rules} == rules


def test_where_virsh_has_gone_back_before_it_is_the_one_above_on_this_branch() -> None:
    """Its revert leaves the overlay of before in the record."""
    below = ("web.qcow2",)
    taken = external("s2", "s1", base="web.1700000000", overlay="web.s2.qcow2", below=below)
    s1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    chain = disk(file("web.s2.qcow2"), file("web.1700000000"), file("web.qcow2"))
    web = marked(domain("web", chain, forest=Forest((s1, taken), "s2")), "s1")
    assert (back(web, "s1"), back(web, "s2")) == ("unfinished", "half merged")


def test_once_the_spoilt_ones_record_is_forgotten_no_other_takes_its_place() -> None:
    """Neither the next one, which stands on the layer between, nor one on another branch."""
    below = ("web.s1.qcow2", "web.qcow2")
    s1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    s3 = external("s3", "s1", base="web.s2.qcow2", overlay="web.s3.qcow2", below=below)
    old = external("old", "s1", base="web.s1-r.qcow2", overlay="o", below=("web.qcow2",))
    chain = disk(*(file(f"web{part}.qcow2") for part in (".s3", ".s2", ".s1", "")))
    web = marked(domain("web", chain, forest=Forest((s1, s3, old), "s3")), "s1")
    assert {name: back(web, name) for name in ("s1", "s3", "old")} == dict.fromkeys(
        ("s1", "s3", "old"), ""
    )


def test_a_snapshot_that_left_the_disk_out_is_not_what_a_merge_went_past() -> None:
    of = chained(3)
    assert of.forest is not None
    s1, s2, s3 = of.forest.snapshots
    left_out = replace(s2, disks=(replace(s2.disks[0], mode="no", overlay=""),))
    later = replace(s3, disks=(replace(s3.disks[0], base=file("web.s1.qcow2")),))
    chain = disk(file("web.s3.qcow2"), file("web.s1.qcow2"), file("web.qcow2"))
    web = marked(domain("web", chain, forest=Forest((s1, left_out, later), "s3")), "s1")
    assert back(web, "s3") == "half merged"


@pytest.mark.parametrize("libvirt", [V9, V11])
def test_a_commit_of_the_same_layer_ends_what_was_begun(libvirt: int) -> None:
    shown = world(HALF, libvirt=libvirt)
    steps = allowed(shown, Delete(ref(HALF), "s2", cancellable=True)).steps
    assert steps[-1] == CLEARED
    merge = allowed(shown, Merge(ref(HALF), "vda", file("web.s1.qcow2")))
    assert merge.steps[-1] == CLEARED
    into_base = allowed(shown, Merge(ref(HALF), "vda", file("web.qcow2")))
    assert CLEARED not in into_base.steps
    assert {"the way back to “s1”", "the way back to “s2”"} < {*into_base.losses}


def test_the_mark_does_not_go_before_what_it_marks() -> None:
    """Without it, nothing would tell any more that the state above is spoilt."""
    for how in (False, True):
        assert refused(world(HALF), Delete(ref(HALF), "s1", cancellable=how)) == "unfinished"
    both = allowed(world(HALF), Delete(ref(HALF), "s1", marked=("s2",)))
    assert [step.snapshot for step in both.steps if hasattr(step, "snapshot")] == ["s2", "s1"]
