"""What stood on an image inside which somebody has gone back is offered no more; all else is."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Snapshot
from kvmtui.model.value import replace
from kvmtui.plans import planner
from kvmtui.plans.health import findings
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Delete, Revert
from tests.worlds import NOW, disk, domain, external, file, host, internal, ref, refused, world

RULE = "gone back inside"

I1 = internal("i1", created=NOW - 90)
S1 = external("s1", "i1", base="web.qcow2", overlay="web.s1.qcow2", created=NOW - 80)
S2 = external(
    "s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2", created=NOW - 70, below=("web.qcow2",)
)
LATER = NOW - 60


def standing(current: str, *layers: str, more: tuple[Snapshot, ...] = ()) -> Domain:
    forest = Forest((I1, S1, S2, *more), current)
    chain = disk(*(file(f"web{layer}.qcow2") for layer in layers))
    return domain("web", chain, forest=forest, state=State.OFF)


def rules(web: Domain) -> dict[str, str]:
    wishes = {name: Revert(ref(web), name, safety=False) for name in ("s1", "s2")}
    return {name: refused(world(web), wish) for name, wish in wishes.items()}


OUTSIDE = external("t", "i1", base="web.qcow2", overlay="web.t.qcow2", created=LATER)
INSIDE = internal("t", "i1", created=LATER)
SPOILT, WHOLE = {"s1": RULE, "s2": RULE}, {"s1": "", "s2": ""}


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        (standing("s2", ".s2", ".s1", ""), WHOLE),
        (standing("i1", ""), SPOILT),
        (standing("t", ".t", "", more=(OUTSIDE,)), SPOILT),
        (standing("t", "", more=(INSIDE,)), SPOILT),
        # and a revert to what is beside it, by kvmtui, hides nothing of that
        (standing("u", ".u", "", more=(INSIDE, replace(OUTSIDE, name="u", parent="t"))), SPOILT),
        # in the same second the present branch is the later one
        (standing("t", ".t", "", more=(replace(OUTSIDE, created=S2.created),)), SPOILT),
        # the images of the other disk tell nothing of this one
        (
            standing("s2", ".s2", ".s1", "", more=(internal("t", "i1", base="b", created=LATER),)),
            WHOLE,
        ),
        # taken before, and left for i1 before s1
        (
            standing("s2", ".s2", ".s1", "", more=(replace(INSIDE, created=NOW - 85),)),
            WHOLE,
        ),
        # a revert to s1 ended between its definition and its overlay: nothing was written
        (standing("s2", ""), {"s1": "", "s2": "stale"}),
    ],
)
def test_only_what_nobody_has_written_to_is_offered(web: Domain, expected: dict[str, str]) -> None:
    assert rules(web) == expected


def test_a_clock_that_was_put_back_makes_no_ancestor_a_later_one() -> None:
    early = replace(S1, created=NOW - 99)
    forest = Forest((I1, early, S2), "s2")
    layers = (file(f"web{layer}.qcow2") for layer in (".s2", ".s1", ""))
    web = domain("web", disk(*layers), forest=forest, state=State.OFF)
    assert rules(web) == WHOLE


def test_a_note_that_was_kept_up_tells_more_than_times() -> None:
    for intact, rule in ((True, ""), (False, "stale")):
        noted = replace(S1, disks=(replace(S1.disks[0], intact=intact),))
        web = standing("t", ".t", "", more=(OUTSIDE,))
        web = replace(web, forest=Forest((I1, noted, S2, OUTSIDE), "t"))
        assert rules(web)["s1"] == rule


def test_it_is_found_without_being_looked_for_and_its_record_can_be_forgotten() -> None:
    web = standing("t", ".t", "", more=(OUTSIDE,))
    (found,) = findings(host(web), web)
    assert (found.rule, found.snapshots) == ("stale", ("s1", "s2"))
    made = planner.make(world(web), Revert(ref(web), "s1", safety=False))
    assert isinstance(made, Refusal)
    assert "“t” was taken of web.qcow2 after it: web.qcow2 was written to since" in made.reason
    assert [other.wish for other in made.instead] == [Delete(ref(web), "s1", metadata_only=True)]
