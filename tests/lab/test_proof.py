"""What the tables call working, working by fallback, and refused."""

from __future__ import annotations

import pytest

from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import (
    CreateSnapshot,
    DeleteSnapshot,
    Power,
    RemoveFile,
    RevertSnapshot,
    StartOver,
    Step,
    Verb,
)
from kvmtui.plans.wishes import Create, Delete, Revert, Switch, Wish
from tests.lab.proof import came_of

REF = Ref("qemu:///system", "uuid")
START, STOP = Power("m", Verb.START_PAUSED), Power("m", Verb.FORCE_OFF)
DELETE = DeleteSnapshot("m", "s1")
FORGET = DeleteSnapshot("m", "s1", metadata_only=True)
FORGET_AND_PUT_BACK = DeleteSnapshot("m", "s1", metadata_only=True, keeps=("s2",))


@pytest.mark.parametrize(
    ("wish", "steps", "cell"),
    [
        (Create(REF, "s1"), (CreateSnapshot("m", "s1"),), "works"),
        (Revert(REF, "s1"), (CreateSnapshot("m", "x"), RevertSnapshot("m", "s1")), "works"),
        (Revert(REF, "s1"), (STOP, StartOver("m", "s1")), "works by fallback"),
        (Delete(REF, "s1"), (DELETE,), "works"),
        (Delete(REF, "s1"), (START, DELETE, STOP), "works by fallback"),
        (Delete(REF, "s1"), (FORGET,), "works by fallback"),
        (Delete(REF, "s1"), (DELETE, RemoveFile("m", "/a")), "works by fallback"),
        (Delete(REF, "s1", metadata_only=True), (FORGET,), "works"),
        (Delete(REF, "s1", metadata_only=True), (FORGET_AND_PUT_BACK,), "works by fallback"),
        (Switch(REF, Verb.FORCE_OFF), (STOP,), "works"),
    ],
)
def test_only_libvirts_own_call_alone_works(wish: Wish, steps: tuple[Step, ...], cell: str) -> None:
    assert came_of(wish, Plan(REF, "", "", steps)) == cell


def test_a_refusal_tells_its_reason_without_a_path_of_this_run() -> None:
    refusal = Refusal("file exists", "/tmp/run-1/new.qcow2 exists", "choose another")
    assert came_of(Create(REF, "s1"), refusal) == "refused: new.qcow2 exists"
