"""Proposed names are free, fit, and lie beside what they belong to."""

from __future__ import annotations

import os
import random

import pytest

from kvmtui.model.snapshot import Memory
from kvmtui.model.value import replace
from kvmtui.plans import names, subject
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create
from tests.worlds import (
    HOSTILE,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    ref,
    world,
)


def made_up(seed: int) -> str:
    """A name of letters, marks, signs and digits of many scripts."""
    dice = random.Random(seed)
    alphabet = "aZ09.-_ ,'\"#áñđệü中宽日/\\:*?\u0301\u202e\x1b\n😀\u200d"
    return "".join(dice.choice(alphabet) for _ in range(dice.randint(1, 80)))


NAMES = [*HOSTILE.values(), *map(made_up, range(20)), "...", "..", ".qcow2", "web", "s1"]


def of(*domains: object, **fields: object) -> Subject:
    found = subject.find(world(*domains, **fields), ref(domains[0]))  # type: ignore[arg-type]
    assert isinstance(found, Subject)
    return found


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_overlay_is_free_beside_the_active_layer_and_its_name_fits(name: str) -> None:
    stems = ("web.qcow2", "数据" * 40 + ".raw", "n" * 255)
    disks = [disk(f"/img {n}/{stem}", target=f"vd{chr(97 + n)}") for n, stem in enumerate(stems)]
    taken: set[str] = set()
    for _ in range(3):
        neighbour = domain("neighbour", disk(*taken)) if taken else domain("neighbour")
        made = names.overlays(of(domain("web", *disks), neighbour), disks, name)
        for target, own in zip(made, disks, strict=True):
            assert own.active is not None
            assert target.file not in {*taken, own.active.source}
            assert os.path.dirname(target.file) == os.path.dirname(own.active.source)
            assert len(os.path.basename(target.file).encode()) <= 255
            assert target.file.endswith(".qcow2")
            assert not any(ord(c) < 0x20 or c == "\\" for c in target.file)
        taken |= {target.file for target in made}


def test_disks_of_one_stem_get_files_of_their_own() -> None:
    disks = (disk(file("vm.qcow2")), disk(file("vm.raw"), target="vdb"))
    made = names.overlays(of(domain("web", *disks)), disks, "s1")
    assert [target.file for target in made] == [file("vm.s1.qcow2"), file("vm.s1-2.qcow2")]


def test_an_overlay_is_called_after_the_base_of_its_chain() -> None:
    deep = chained(3)
    assert deep.config is not None
    (made,) = names.overlays(of(deep), deep.config.disks, "Đợt 4/5")
    assert made.file == file("web.Đợt_4_5.qcow2")


@pytest.mark.parametrize(
    "other",
    [
        chained(0, "web"),
        domain("clone", disk(file("web.new.qcow2"))),
        replace(chained(0, "clone"), forest=chained(0).forest),
    ],
)
def test_a_file_of_another_domain_is_not_proposed(other: object) -> None:
    here = chained(0, "web")
    assert here.config is not None
    (made,) = names.overlays(of(here, other), here.config.disks, "new")
    used = {la.source for d in other.config.disks for la in d.layers}  # type: ignore[attr-defined]
    assert made.file not in used


def test_a_file_that_only_a_snapshot_of_another_domain_names_is_not_proposed() -> None:
    """Linked clones share a stem; the other one is on another branch now."""
    kept = external("s1", base="golden.qcow2", overlay="golden.s1.qcow2")
    clone = domain("b", disk(file("b.qcow2"), file("golden.qcow2")))
    assert clone.forest is not None
    clone = replace(clone, forest=replace(clone.forest, snapshots=(kept,)))
    here = domain("a", disk(file("a.qcow2"), file("golden.qcow2")))
    assert here.config is not None
    (made,) = names.overlays(of(here, clone), here.config.disks, "s1")
    assert made.file not in kept.overlays


def test_a_ram_file_of_a_domain_with_a_similar_name_is_not_overwritten() -> None:
    """libvirt truncates a RAM file that exists: that of another domain is lost for good."""
    first = names.memory_file(of(domain("db 1")), "/img", "s1")
    kept = external(
        "s1", base="x", overlay="y", memory=Memory.EXTERNAL, memory_file=first, state="running"
    )
    neighbour = domain("db 1")
    assert neighbour.forest is not None
    neighbour = replace(neighbour, forest=replace(neighbour.forest, snapshots=(kept,)))
    assert names.memory_file(of(domain("db_1"), neighbour), "/img", "s1") != first


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_ram_file_fits_and_lies_where_it_is_wanted(name: str) -> None:
    path = names.memory_file(of(domain(name)), "/img", name)
    assert os.path.dirname(path) == "/img"
    assert len(os.path.basename(path).encode()) <= 255


def test_an_overlay_gets_no_comma() -> None:
    """While a domain is off, libvirt makes such a file at another place."""
    here = domain("web", disk(file("a,b.qcow2")))
    assert here.config is not None
    (made,) = names.overlays(of(here), here.config.disks, "x,y")
    assert made.file == file("a_b.x_y.qcow2")


def test_snapshot_names_count_on() -> None:
    here = of(chained(2))
    assert [names.snapshot_name(here, wanted) for wanted in ("s1", "s3")] == ["s1-2", "s3"]
    assert names.free_name(["a.x", "a-2.x"], "a", ".x") == "a-3.x"


@pytest.mark.parametrize("how", ["external", "ram"])
def test_a_plan_makes_no_file_that_its_own_snapshots_name(how: str) -> None:
    here = branched()
    plan = allowed(world(here), Create(ref(here), "s1-r", how=how))
    (step,) = plan.steps
    assert isinstance(step, CreateSnapshot)
    assert not {t.file for t in step.targets} & set(of(here).files())


def test_files_are_all_that_the_host_is_known_to_use() -> None:
    known = set(of(branched(), chained(1, "mail")).files())
    own = ("web.s3", "web.s1-r", "web.root", "web", "web.s1", "web.s2", "mail.s1", "mail")
    assert {file(f"{name}.qcow2") for name in own} <= known
