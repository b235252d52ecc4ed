"""An error does not mean that nothing happened."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans import aftermath
from kvmtui.plans.jobs import stopped
from kvmtui.plans.steps import (
    AwaitMerged,
    AwaitReady,
    Commit,
    Copy,
    CreateSnapshot,
    DeleteSnapshot,
    Pull,
    SaveTo,
    StartOver,
    Step,
    Target,
)
from tests.worlds import COMMITTING, chained, disk, domain, file, inner, marked, place

BEFORE = domain("web", disk(file("a")), disk(file("b"), target="vdb"))
BOTH = domain("web", disk(file("a.s1"), file("a")), disk(file("b.s1"), file("b"), target="vdb"))
ONE = domain("web", disk(file("a.s1"), file("a")), disk(file("b"), target="vdb"))
TAKEN = replace(BOTH, forest=Forest(chained(1).forest.snapshots, "s1"))  # type: ignore[union-attr]
TARGETS = (
    Target("vda", "external", file("a.s1")),
    Target("vdb", "external", file("b.s1")),
    Target("sda", "no"),
)
STEP = CreateSnapshot("web", "s1", targets=TARGETS, disk_only=True)
INSIDE = CreateSnapshot("web", "i1", targets=(Target("vda", "internal"),))
OTHER = DeleteSnapshot("web", "s1")
MERGE = DeleteSnapshot("web", "s1", merges=True)
SPOILT = "what “s1” goes back to may be partly overwritten: delete it again"
HALF = marked(chained(2), "s1")
HALF_MERGED = "“s2” is half merged: there is no way back to it, delete it again"
UNRECORDED = (
    "the overlays are in use although libvirt reported an error, and the snapshot has no record; "
    "commit vda, vdb (c) to be as before"
)


@pytest.mark.parametrize(
    ("step", "after", "said"),
    [
        (STEP, BEFORE, ""),
        (STEP, BOTH, UNRECORDED),
        (
            STEP,
            replace(BOTH, state=State.OFF),
            f"{UNRECORDED}; the domain is shut off now: o starts it",
        ),
        (
            STEP,
            ONE,
            "the overlay is in use (only of vda) although libvirt reported an error, "
            "and the snapshot has no record; commit vda (c) to be as before",
        ),
        (STEP, TAKEN, "snapshot “s1” is there although libvirt reported an error"),
        (INSIDE, inner("i1"), "snapshot “i1” is there although libvirt reported an error"),
        (INSIDE, inner(), ""),
        (STEP, replace(BEFORE, state=State.PAUSED), "the domain is paused now: o resumes it"),
        (STEP, replace(BEFORE, config=None, forest=None), ""),
        (MERGE, chained(2), SPOILT),
        (MERGE, chained(0), ""),
        (replace(MERGE, snapshot="s2"), chained(2), ""),
        (replace(MERGE, snapshot="s2"), HALF, HALF_MERGED),
        (OTHER, HALF, ""),
        (OTHER, BEFORE, ""),
        (OTHER, replace(BEFORE, state=State.OFF), "the domain is shut off now: o starts it"),
    ],
)
def test_what_happened_all_the_same_is_told(step: Step, after: Domain, said: str) -> None:
    assert "; ".join(aftermath.told(step, BEFORE, after)) == said


@pytest.mark.parametrize(
    ("step", "there", "said"),
    [
        (STEP, ("a.s1",), "a.s1 stayed behind unused"),
        (STEP, ("a.s1", "b.s1"), "a.s1 and b.s1 stayed behind unused"),
        (replace(STEP, memory_file=file("ram")), ("ram",), "ram stayed behind unused"),
        (STEP, ("other",), ""),
        (Copy("web", "vda", file("new"), "qcow2"), ("new",), "new stayed behind unused"),
        (SaveTo("web", file("ram")), ("ram",), "ram stayed behind unused"),
        (StartOver("web", "s1", TARGETS), ("b.s1",), "b.s1 stayed behind unused"),
    ],
)
def test_files_that_were_made_and_are_not_used_are_told(
    step: Step, there: tuple[str, ...], said: str
) -> None:
    before = domain("web", disk(file("a"), folder=frozenset({file("a"), file("b.old")})))
    now = frozenset({file("a"), *map(file, there)})
    after = domain("web", disk(file("a"), folder=now))
    assert "; ".join(aftermath.told(step, before, after)) == said
    assert aftermath.told(step, after, after) == ()
    used = domain("web", disk(*map(file, there), file("a"), folder=now))
    assert "stayed behind" not in "; ".join(aftermath.told(step, before, used))


def test_a_snapshot_that_went_all_the_same_is_told() -> None:
    gone = "snapshot “s2” is gone although libvirt reported an error"
    for merges in (True, False):
        step = DeleteSnapshot("web", "s2", merges=merges)
        assert aftermath.told(step, chained(2), chained(1)) == (gone,)
    assert aftermath.told(step, chained(2), chained(2)) == ()
    assert aftermath.told(step, chained(2), replace(chained(2), forest=None)) == ()


def test_without_a_state_of_before_none_is_compared() -> None:
    assert aftermath.told(STEP, None, replace(BEFORE, state=State.OFF)) == ()


READY, MERGED = AwaitReady("web", "vda"), AwaitMerged("web", "vda", file("a.s1"))
SAME = "the guest goes on in the same layers as before the job"


@pytest.mark.parametrize("step", [READY, MERGED], ids=["ready", "merged"])
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (ONE, ONE, SAME),
        (ONE, BEFORE, ""),
        (ONE, replace(ONE, jobs=(COMMITTING,)), ""),
        (None, ONE, ""),
        (
            ONE,
            replace(ONE, state=State.OFF),
            "vda has the same layers as before the job; the domain is shut off now: o starts it",
        ),
    ],
)
def test_of_a_job_that_stopped_it_is_told_what_the_guest_stands_on(
    step: Step, before: Domain | None, after: Domain, said: str
) -> None:
    assert "; ".join(aftermath.told(step, before, after)) == said


COMMIT = Commit("web", "vda", file("a.s1"), file("a"))
OTHER_DISK = replace(COMMIT, disk="vdb", base=file("b"))


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        ((COMMIT, READY), file("a")),
        ((COMMIT, OTHER, READY, OTHER_DISK), file("a")),
        ((COMMIT, MERGED, replace(COMMIT, base=file("c")), READY), file("c")),
        ((COMMIT, READY, replace(COMMIT, base=file("c"))), file("a")),
        ((Copy("web", "vda", "/new/a", "qcow2"), READY), "/new/a"),
        ((Pull("web", "vda"), READY), file("a.s1")),
        ((OTHER_DISK, READY), ""),
    ],
)
def test_the_file_that_a_job_writes_to_is_that_of_the_last_one_on_that_disk(
    steps: tuple[Step, ...], written: str
) -> None:
    assert stopped.written(READY, steps, ONE) == written


def test_steps_that_wait_for_no_job_write_nothing() -> None:
    assert stopped.written(OTHER, (COMMIT, OTHER), ONE) == ""
    assert stopped.written(READY, (Pull("web", "vda"), READY), None) == ""


@pytest.mark.parametrize(
    ("free", "said"),
    [
        (0, ("0B are free on the file system of /img/a",)),
        (15 * 2**20, ("15M are free on the file system of /img/a",)),
        (16 * 2**20, ()),
        (None, ()),
    ],
)
def test_that_there_was_no_room_is_told(free: int | None, said: tuple[str, ...]) -> None:
    assert stopped.no_room(place(file("a"), free=free)) == said
