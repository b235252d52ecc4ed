"""Changing records: one call where that is enough, and a way back where it takes several."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import DeleteSnapshot, EditRecord, SetMetadata
from kvmtui.plans.wishes import Describe, Edit
from tests.worlds import (
    HOSTILE,
    V9,
    V11,
    allowed,
    branched,
    chained,
    domain,
    external,
    inner,
    ref,
    refused,
    world,
)


def wish(of: Domain, snapshot: str, name: str = "", text: str = "", **fields: Any) -> Edit:
    return Edit(ref(of), snapshot, name or snapshot, text, **fields)


@pytest.mark.parametrize("web", [chained(3), inner("s1", "s2")], ids=["external", "internal"])
def test_another_description_is_one_call_and_touches_no_file(web: Domain) -> None:
    plan = allowed(world(web), wish(web, "s2", text="Antes de todo"))
    assert plan.steps == (EditRecord("web", "s2", description="Antes de todo"),)
    assert (plan.danger, plan.losses, plan.undo) == (Danger.NONE, (), ())
    assert any("no file is touched" in told for told in plan.effects)


def test_a_new_name_moves_the_children_before_the_old_record_goes() -> None:
    web = branched()
    plan = allowed(world(web), wish(web, "s1", "later", "now described"))
    assert plan.steps == (
        EditRecord("web", "s1", "later", "now described"),
        EditRecord("web", "s2", parent="later"),
        EditRecord("web", "s3", parent="later"),
        DeleteSnapshot("web", "s1", metadata_only=True),
    )
    assert plan.undo == (
        EditRecord("web", "s1"),
        EditRecord("web", "s2", parent="s1"),
        EditRecord("web", "s3", parent="s1"),
        DeleteSnapshot("web", "later", metadata_only=True),
    )
    assert "2 snapshots below it move along" in plan.effects


def test_the_current_one_stays_current_under_its_new_name_and_when_that_is_undone() -> None:
    web = chained(2)
    plan = allowed(world(web), wish(web, "s2", "end"))
    assert plan.steps[0] == EditRecord("web", "s2", "end", current=True)
    assert plan.undo[0] == EditRecord("web", "s2", current=True)


def test_undoing_gives_the_place_back_to_the_one_that_had_it() -> None:
    web = replace(chained(2), forest=replace_current(chained(2), "s1"))
    plan = allowed(world(web), wish(web, "s2", "end", current=True))
    assert plan.steps[0] == EditRecord("web", "s2", "end", current=True)
    assert plan.undo == (
        EditRecord("web", "s2"),
        EditRecord("web", "s1", current=True),
        DeleteSnapshot("web", "end", metadata_only=True),
    )


def replace_current(of: Domain, name: str | None) -> Forest:
    assert of.forest is not None
    return Forest(of.forest.snapshots, name)


def test_made_current_where_the_domain_writes_to_its_overlay() -> None:
    web = chained(2)
    lost = replace(web, forest=replace_current(web, None))
    plan = allowed(world(lost), wish(lost, "s2", current=True))
    assert plan.steps == (EditRecord("web", "s2", current=True),)
    assert refused(world(lost), wish(lost, "s1", current=True)) == "not there"
    assert refused(world(web), wish(web, "s2", current=True)) == "current"


def test_an_internal_one_is_made_current_only_in_the_image_that_is_written_to() -> None:
    web = inner("i1", "i2")
    assert allowed(world(web), wish(web, "i1", current=True)).steps
    assert web.forest is not None
    above = external("e1", "i2", base="web.qcow2", overlay="web.e1.qcow2")
    grown = replace(chained(1), forest=Forest((*web.forest.snapshots, above), "e1"))
    assert refused(world(grown), wish(grown, "i1", current=True)) == "not there"


UNFINISHED = replace(
    chained(1),
    forest=Forest((external("s1", base="a", overlay="b", unfinished=("vda",)),), "s1"),
)


@pytest.mark.parametrize(
    ("web", "made", "rule"),
    [
        (chained(1), ("nobody", "x"), "gone"),
        (chained(1), ("s1",), "nothing"),
        (chained(2), ("s1", "s2"), "name taken"),
        (chained(1), ("s1", "a/b"), "name slash"),
        (chained(1), ("s1", " "), "name empty"),
        (inner("i1"), ("i1", "other"), "name in image"),
        (chained(1), ("s1", "", "bell\x07"), "text control"),
        (UNFINISHED, ("s1", "", "text"), "unfinished"),
    ],
)
def test_what_cannot_be_written_is_refused(web: Domain, made: tuple[str, ...], rule: str) -> None:
    assert refused(world(web), wish(web, *made)) == rule


@pytest.mark.parametrize("snapshot", ["s1", "root"], ids=["itself", "as a child"])
def test_a_record_with_hidden_overlays_is_not_written_anew(snapshot: str) -> None:
    """virsh went back to s1, whose child s2 stands on the overlay that the record names."""
    forest = branched().forest
    assert forest is not None
    back = domain("web", forest=Forest(forest.snapshots[:3], "s1"))
    assert refused(world(back, libvirt=V11), wish(back, snapshot, "other")) == "hidden"
    assert allowed(world(back, libvirt=V9), wish(back, snapshot, "other")).steps
    if snapshot == "root":
        assert allowed(world(back), wish(back, snapshot, text="only this record")).steps


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_the_virsh_line_is_one_line_whatever_is_written(name: str) -> None:
    line = EditRecord("web", "s1", name, name, name, current=True).virsh
    assert line == (
        "virsh snapshot-edit --domain web --snapshotname s1 --clone --current"
        "   # edit <name>, <description>, <parent>"
    )


def described(of: Domain, title: str, text: str) -> Describe:
    return Describe(ref(of), title, text)


@pytest.mark.parametrize(
    ("fields", "config", "live"),
    [
        ({}, True, True),
        ({"state": State.OFF}, True, False),
        ({"persistent": False}, False, True),
    ],
    ids=["running", "off", "transient"],
)
def test_a_domain_is_described_where_it_is_defined(
    fields: dict[str, Any], config: bool, live: bool
) -> None:
    web = domain("web", title="Old", description="same", **fields)
    plan = allowed(world(web), described(web, "New", "same"))
    assert plan.steps == (SetMetadata("web", "title", "New", config, live),)
    assert (plan.danger, plan.undo) == (Danger.NONE, ())


def test_two_texts_are_two_calls_and_the_first_can_be_undone() -> None:
    web = domain("web", title="Old", description="old")
    plan = allowed(world(web), described(web, "", "new\nlines"))
    assert plan.steps == (
        SetMetadata("web", "title", "", True, True),
        SetMetadata("web", "description", "new\nlines", True, True),
    )
    assert plan.undo == (SetMetadata("web", "title", "Old", True, True),)


@pytest.mark.parametrize(
    ("title", "text", "rule"),
    [
        ("Old", "old", "nothing"),
        ("two\nlines", "old", "title lines"),
        ("\x1b[31m", "old", "text control"),
        ("Old", "\ufffe", "text control"),
    ],
)
def test_what_libvirt_cannot_keep_is_refused(title: str, text: str, rule: str) -> None:
    web = domain("web", title="Old", description="old")
    assert refused(world(web), described(web, title, text)) == rule
