"""What images hold and libvirt does not know, and the other way round."""

from __future__ import annotations

import pytest

from kvmtui.model.disk import ImageSnapshot, Layer
from kvmtui.model.domain import Domain
from kvmtui.model.inside import Unrecorded, hidden, lost, mistaken, next_number, unrecorded
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from tests.worlds import disk, domain, external, file, inner, internal


def holding(of: Domain, *held: str, target: str = "vda") -> Domain:
    """The domain with these snapshots in the active layer of a disk."""
    assert of.config is not None
    shots = tuple(ImageSnapshot(name, 0, 100 + n, str(n + 1)) for n, name in enumerate(held))
    disks = tuple(
        replace(d, layers=(replace(d.layers[0], snapshots=shots), *d.layers[1:]))
        if d.target == target
        else d
        for d in of.config.disks
    )
    return replace(of, config=replace(of.config, disks=disks))


def test_what_is_recorded_is_no_news() -> None:
    assert unrecorded(holding(inner("i1", "i2"), "i1", "i2")) == ()
    assert unrecorded(domain()) == (), "nobody could look"


def test_what_nobody_recorded_is_told_oldest_first() -> None:
    assert unrecorded(holding(inner("i1"), "i1", "z", "a")) == (
        Unrecorded("z", ("vda",), 101, 0),
        Unrecorded("a", ("vda",), 102, 0),
    )


def test_a_name_in_several_disks_is_one_snapshot() -> None:
    both = (disk(file("a.qcow2")), disk(file("b.qcow2"), target="vdb"))
    web = holding(holding(domain("web", *both), "x"), "y", "x", target="vdb")
    assert unrecorded(web) == (
        Unrecorded("x", ("vda", "vdb"), 100, 0),
        Unrecorded("y", ("vdb",), 100, 0),
    )


def test_a_record_of_the_same_name_elsewhere_is_another_one() -> None:
    ext = external("x", base="web.qcow2", overlay="web.x.qcow2")
    web = domain("web", disk(file("web.x.qcow2"), file("web.qcow2")), forest=Forest((ext,), "x"))
    assert [found.name for found in unrecorded(holding(web, "x"))] == ["x"]
    below = replace(web, forest=Forest((internal("x", base="web.qcow2"),), "x"))
    assert [found.name for found in unrecorded(holding(below, "x"))] == ["x"]


def test_ram_and_the_oldest_time_of_its_parts() -> None:
    parts = (ImageSnapshot("x", 0, 9), ImageSnapshot("x", 300, 5))
    disks = []
    for target, part in zip(("vda", "vdb"), parts, strict=True):
        plain = disk(file(f"{target}.qcow2"), target=target)
        disks.append(replace(plain, layers=(replace(plain.layers[0], snapshots=(part,)),)))
    assert unrecorded(domain("web", *disks)) == (Unrecorded("x", ("vda", "vdb"), 5, 300),)


def test_only_what_is_known_to_be_gone_is_lost() -> None:
    web = inner("i1", "i2")
    assert web.forest is not None
    first, second = web.forest.snapshots
    assert lost(web, first) == (), "nobody could look"
    held = holding(web, "i2")
    assert (lost(held, first), lost(held, second)) == (("vda",), ())
    assert lost(held, external("e", base="web.qcow2", overlay="o")) == ()


@pytest.mark.parametrize(
    ("held", "number", "name"),
    [
        ((), "1", None),
        ((("a", "1"),), "2", None),
        ((("2", "1"),), "2", "2"),
        ((("a", "1"), ("8", "7")), "8", "8"),
        ((("a", "7"), ("8", "2"), ("b", "")), "8", "8"),
    ],
)
def test_the_next_snapshot_in_an_image_can_hide_one_that_has_its_number_for_a_name(
    held: tuple[tuple[str, str], ...], number: str, name: str | None
) -> None:
    layer = Layer("/i", snapshots=tuple(ImageSnapshot(shot, 0, 0, id) for shot, id in held))
    assert (next_number(layer), hidden(layer)) == (number, name)
    assert (next_number(Layer("/i")), hidden(Layer("/i"))) == (None, None)


@pytest.mark.parametrize(
    ("name", "other"), [("1", "a"), ("3", None), ("a", None), ("b", None), ("2", "1"), ("4", None)]
)
def test_qemu_takes_a_name_for_a_number_first(name: str, other: str | None) -> None:
    names = enumerate(("a", "1", "3", "b"))
    shots = tuple(ImageSnapshot(shot, 0, 0, str(n + 1)) for n, shot in names)
    assert mistaken(Layer("/i", snapshots=shots[:3] if name == "4" else shots), name) == other
