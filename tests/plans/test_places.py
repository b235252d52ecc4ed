"""Places that were named for new files: taken as they are, or refused; never overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import State
from kvmtui.model.place import Place, There
from kvmtui.model.snapshot import Memory
from kvmtui.model.value import replace
from kvmtui.plans import planner
from kvmtui.plans.plan import Danger, Plan
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.wishes import Create, Revert
from tests.worlds import (
    GIB,
    allowed,
    chained,
    disk,
    domain,
    external,
    file,
    place,
    ref,
    refused,
    world,
)

WEB = domain("web", disk(file("web.qcow2"), folder=frozenset({file("web.qcow2")}), free=GIB))
TWO = domain("web", disk(file("web.qcow2")), disk("/data/web.qcow2", target="vdb"))
CHOSEN = "/export/sn1.qcow2"


def wish(path: str = CHOSEN, **fields: Any) -> Create:
    return Create(ref(WEB), "s1", **{"files": (("vda", path),), **fields})


def at(*places: Place, of: Any = WEB, **fields: Any) -> Any:
    """A world in which somebody looked there."""
    return world(of, places=places, **fields)


def targets(plan: Plan) -> tuple[Target, ...]:
    (step,) = plan.steps
    assert isinstance(step, CreateSnapshot)
    return step.targets


def test_a_free_place_is_taken_as_it_is() -> None:
    plan = allowed(at(place(CHOSEN)), wish())
    assert targets(plan) == (Target("vda", "external", CHOSEN),)
    assert (plan.danger, plan.effects[0]) == (Danger.NONE, "new file sn1.qcow2")


def test_the_other_disks_keep_their_own_places() -> None:
    plan = allowed(at(place(CHOSEN), of=TWO), wish(disks=("vda", "vdb")))
    assert [target.file for target in targets(plan)] == [CHOSEN, "/data/web.s1.qcow2"]


def test_a_proposed_file_makes_way_for_a_chosen_one() -> None:
    own = file("web.s1.qcow2")
    two = domain("web", disk(file("web.qcow2")), disk(file("web.raw"), target="vdb"))
    plan = allowed(at(place(own), of=two), wish(files=(("vdb", own),)))
    assert [target.file for target in targets(plan)] == [file("web.s1-2.qcow2"), own]


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("sn1.qcow2", "place relative"),
        ("", "not a file"),
        ("~/sn1", "place relative"),
        ("//export/sn1", "place form"),
        ("/export//sn1", "place form"),
        ("/export/../sn1", "place form"),
        ("/export/./sn1", "place form"),
        ("/export/", "place form"),
        ("/export/a\nb", "place control"),
        ("/export/a\x00b", "place control"),
        ("/export/" + "n" * 256, "place long"),
        ("/export/" + "宽" * 86, "place long"),
        ("/n" * 2048, "place long"),
        ("/export/" + "n" * 255, ""),
        ("/export/升级 a,b'", ""),
    ],
    ids=ascii,
)
def test_a_path_is_one_that_libvirt_and_linux_take(path: str, rule: str) -> None:
    assert refused(at(place(path)), wish(path)) == rule


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (place(CHOSEN, There.FILE), "file exists"),
        (place(CHOSEN, There.FOLDER), "file exists"),
        (place(CHOSEN, There.OTHER), "file exists"),
        (place(CHOSEN, folder=There.NOTHING), "no folder"),
        (place(CHOSEN, folder=There.FILE), "no folder"),
        (place(CHOSEN, There.BLOCK, held=True), "device held"),
        (place("/other/sn1"), "place unseen"),
        (place("/export/other"), ""),
        (Place(CHOSEN), ""),
    ],
)
def test_what_was_found_there_is_never_overwritten(found: Place, rule: str) -> None:
    assert refused(at(found), wish()) == rule


def test_a_folder_whose_files_are_known_needs_no_look() -> None:
    assert refused(world(WEB), wish(file("new.qcow2"))) == ""
    assert refused(world(WEB), wish(file("web.qcow2"))) == "place used"
    there = domain("web", disk(file("web.qcow2"), folder=frozenset({file("other")})))
    assert refused(world(there), wish(file("other"))) == "place unseen"


def test_a_pool_does_not_know_all_files_of_its_folder() -> None:
    stale = Place("/export/old", There.FILE, There.FOLDER, beside=frozenset({"/export/old"}))
    assert refused(at(stale), wish()) == "place unseen"


@pytest.mark.parametrize("path", ["/img/web.s1.qcow2", "/img/kept", "/img/ram", "/img/own"])
def test_what_a_domain_or_snapshot_names_is_taken_even_where_it_is_missing(path: str) -> None:
    kept = external(
        "s1", base="kept", overlay="own", memory=Memory.EXTERNAL, memory_file="/img/ram"
    )
    mail = chained(1, "mail")
    assert mail.forest is not None
    mail = replace(mail, forest=replace(mail.forest, snapshots=(kept,)))
    shown = world(WEB, chained(1), mail, places=(place(path),))
    assert refused(shown, wish(path)) == "place used"
    link = place("/link/x", real=path)
    assert refused(world(WEB, chained(1), mail, places=(link,)), wish("/link/x")) == "place used"


def test_no_place_is_named_twice_whatever_links_lead_there() -> None:
    both = wish(files=(("vda", CHOSEN), ("vdb", CHOSEN)))
    assert refused(at(place(CHOSEN), of=TWO), both) == "place twice"
    linked = wish(files=(("vda", CHOSEN), ("vdb", "/link/sn1")))
    places = (place(CHOSEN), place("/link/sn1", real=CHOSEN))
    assert refused(at(*places, of=TWO), linked) == "place twice"
    assert refused(at(place(CHOSEN)), wish(how="ram", memory_file=CHOSEN)) == "place twice"


def test_a_block_device_is_written_over_only_when_the_name_is_typed() -> None:
    device = place("/dev/vg/sn1", There.BLOCK, size=40 * GIB)
    plan = allowed(at(device), wish("/dev/vg/sn1"))
    assert targets(plan) == (Target("vda", "external", "/dev/vg/sn1", block=True),)
    assert (plan.danger, plan.losses) == (Danger.WORST, ("everything on /dev/vg/sn1",))
    assert "new file" not in plan.effects[0]
    ram = wish("/export/sn1", how="ram", memory_file="/dev/vg/sn1")
    assert refused(at(place("/export/sn1"), device), ram) == "file exists"


@pytest.mark.parametrize(("size", "told"), [(20 * GIB, True), (21 * GIB, False), (None, False)])
def test_a_block_device_on_which_the_overlay_cannot_grow_is_told(
    size: int | None, told: bool
) -> None:
    plan = allowed(at(place("/dev/vg/a", There.BLOCK, size=size)), wish("/dev/vg/a"))
    assert any("the guest stops" in warning for warning in plan.warnings) == told


def test_where_nobody_can_look_a_device_is_known_by_its_name() -> None:
    plan = allowed(at(Place("/dev/vg/sn1")), wish("/dev/vg/sn1"))
    assert targets(plan)[0].block
    assert plan.danger is Danger.WORST
    assert not targets(allowed(at(Place(CHOSEN)), wish()))[0].block


def test_a_ram_file_that_may_exist_is_told_before_it_is_overwritten() -> None:
    ram = Create(ref(WEB), "s1", how="ram", memory_file="/ram/web.mem")
    plan = allowed(at(Place("/ram/web.mem")), ram)
    assert plan.danger is Danger.LOSS
    assert any("libvirt would overwrite it" in told for told in plan.warnings)
    seen = allowed(at(place("/ram/web.mem")), ram)
    assert (seen.danger, seen.warnings) == (Danger.NONE, ())
    (step,) = seen.steps
    assert isinstance(step, CreateSnapshot)
    assert step.memory_file == "/ram/web.mem"
    assert refused(at(place("/ram/web.mem", There.FILE)), ram) == "file exists"


@pytest.mark.parametrize("kind", ["block", "network", "volume"])
def test_a_disk_that_is_no_file_needs_a_place_for_its_overlay(kind: str) -> None:
    odd = disk("/dev/vg/web")
    odd = replace(odd, layers=(replace(odd.layers[0], kind=kind, format="raw"),))
    web = domain("web", odd)
    assert refused(world(web), Create(ref(web), "s1")) == "not a file"
    assert targets(allowed(at(place(CHOSEN), of=web), wish())) == (
        Target("vda", "external", CHOSEN),
    )


@pytest.mark.parametrize(
    ("kind", "rule"), [("network", "network off"), ("nvme", "network off"), ("block", "")]
)
def test_a_disk_off_the_host_waits_for_a_running_domain(kind: str, rule: str) -> None:
    odd = disk("rbd:vms/web")
    odd = replace(odd, layers=(replace(odd.layers[0], kind=kind),))
    web = domain("web", odd, state=State.OFF)
    assert refused(at(place(CHOSEN), of=web), wish()) == rule


@pytest.mark.parametrize(
    ("path", "state", "rule"),
    [
        ("/export/a,b", State.OFF, "comma off"),
        ("/a,b/sn1", State.OFF, "comma off"),
        ("/a,b/sn1", State.PAUSED, ""),
        (CHOSEN, State.OFF, ""),
    ],
)
def test_a_comma_needs_a_running_domain(path: str, state: State, rule: str) -> None:
    web = domain("web", state=state)
    assert refused(at(place(path), of=web), wish(path)) == rule


def test_a_folder_with_a_comma_needs_a_running_domain_too() -> None:
    web = domain("web", disk("/a,b/web.qcow2"), state=State.OFF)
    assert refused(world(web), Create(ref(web), "s1")) == "comma off"


def test_only_paths_that_can_be_are_looked_at() -> None:
    paths = (("vda", CHOSEN), ("vdb", "relative"), ("vdc", "/a\x00b"))
    asked = wish(files=paths, memory_file="/ram/web.mem")
    assert planner.to_look_at(at(), asked) == (CHOSEN, "/ram/web.mem")
    assert planner.to_look_at(at(), wish(files=())) == ()


def test_a_revert_has_the_places_of_its_overlays_looked_at() -> None:
    web = chained(2)
    there = world(web)
    assert planner.to_look_at(there, Revert(ref(web), "s1")) == (file("web.s1-r.qcow2"),)
    assert planner.to_look_at(there, Revert(ref(web), "gone")) == ()
    assert planner.to_look_at(world(domain("mail")), Revert(ref(web), "s1")) == ()
