"""The forest that snapshots form."""

from __future__ import annotations

import pytest

from kvmtui.model.snapshot import Forest, Snapshot
from tests.worlds import branched, chained, file


def names(snapshots: object) -> list[str]:
    return [snapshot.name for snapshot in snapshots]  # type: ignore[attr-defined]


def grown(current: str | None = None, **parents: str | None) -> Forest:
    """Snapshots by name with their parents, all of one age."""
    return Forest(tuple(Snapshot(name, parent) for name, parent in parents.items()), current)


TREE = Forest(
    (
        Snapshot("young", "root", created=30),
        Snapshot("leaf", "old", created=20),
        Snapshot("old", "root", created=10),
        Snapshot("root", created=5),
        Snapshot("other", created=4),
        Snapshot("b", "root", created=20),
        Snapshot("a", "root", created=20),
    ),
    "leaf",
)


def test_children_are_in_the_order_of_time_then_of_names() -> None:
    assert names(TREE.children("root")) == ["old", "a", "b", "young"]
    assert names(TREE.children(None)) == ["other", "root"]
    assert names(TREE.children("leaf")) == []


def test_descendants_come_parents_first() -> None:
    assert names(TREE.descendants("root")) == ["old", "leaf", "a", "b", "young"]


def test_ancestors_begin_with_the_snapshot_itself() -> None:
    assert names(TREE.ancestors("leaf")) == ["leaf", "old", "root"]
    assert names(TREE.ancestors(None)) == names(TREE.ancestors("nobody")) == []


def test_the_branch_is_the_way_to_the_current_snapshot() -> None:
    assert TREE.branch == {"leaf", "old", "root"}
    assert grown(None, a=None).branch == frozenset()


@pytest.mark.parametrize(
    "forest",
    [grown("a", a="b", b="a"), grown("a", a="a"), grown("c", a="c", b="a", c="b", d="a")],
    ids=["two", "itself", "three"],
)
def test_parents_in_a_circle_end(forest: Forest) -> None:
    assert len(list(forest.ancestors("a"))) == len({*names(forest.ancestors("a"))})
    assert "a" not in names(forest.descendants("a"))


def test_a_snapshot_whose_parent_is_not_there_is_a_root() -> None:
    forest = grown("b", b="gone", c="b")
    assert names(forest.children(None)) == ["b"]
    assert names(forest.ancestors("c")) == ["c", "b"]
    assert forest.branch == {"b"}


def test_a_layer_knows_who_made_it_and_whom_it_keeps() -> None:
    forest = branched().forest
    assert forest is not None
    made = forest.made(file("web.s1-r.qcow2"))
    assert made is not None
    assert made.name == "s1"
    assert names(forest.kept_by(file("web.s1-r.qcow2"))) == ["s3"]
    assert names(forest.kept_by(file("web.s1.qcow2"))) == ["s2"]
    assert forest.made(file("web.qcow2")) is None
    assert names(forest.kept_by(file("web.s3.qcow2"))) == []


def test_a_forest_finds_by_name() -> None:
    forest = chained(3).forest
    assert forest is not None
    found = forest.get("s2")
    assert found is not None
    assert found.disk("vda") == found.disks[0]
    assert (found.disk("vdz"), forest.get("s4"), forest.get(None)) == (None, None, None)


@pytest.mark.parametrize(
    ("snapshots", "tangle"),
    [
        (grown(a=None, b="a", c="gone").snapshots, ""),
        (grown(a="a").snapshots, "a snapshot is its own ancestor"),
        (grown(r=None, a="b", b="a").snapshots, "a snapshot is its own ancestor"),
        ((Snapshot("a"), Snapshot("a", "a")), "two snapshots have the same name"),
    ],
)
def test_what_libvirt_would_not_record_is_no_forest(
    snapshots: tuple[Snapshot, ...], tangle: str
) -> None:
    assert Forest(snapshots).tangle == tangle


def test_snapshots_with_the_same_name_do_not_grow_into_each_other() -> None:
    twins = Forest((Snapshot("a"), *(Snapshot("a", "a"),) * 50, Snapshot("b", "a")))
    assert len(list(twins.descendants("a"))) < 52
