"""What only images know is recorded whole or not at all, and deleted only while nobody uses it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk, ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.value import replace
from kvmtui.model.words import moment
from kvmtui.plans.adopt import PART
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import AdoptSnapshot, DeleteSnapshot
from kvmtui.plans.wishes import Adopt, Discard, Revert
from tests.worlds import V10, allowed, disk, domain, file, inner, ref, refused, world

BY_HAND = ImageSnapshot("by hand", 0, 1_700_000_000, "1")


def held(*shots: ImageSnapshot, target: str = "vda", name: str = "web.qcow2") -> Disk:
    found = disk(file(name), target=target)
    return replace(found, layers=(replace(found.layers[0], snapshots=shots),))


def off(*disks: Disk, **fields: Any) -> Domain:
    return domain("web", *(disks or (held(BY_HAND),)), **{"state": State.OFF, **fields})


CDROM = replace(disk(file("x.iso"), target="sda"), device="cdrom", readonly=True)


def test_it_is_recorded_with_its_time_around_every_disk() -> None:
    web = off(held(BY_HAND), CDROM)
    plan = allowed(world(web), Adopt(ref(web), "by hand", "about"))
    step = AdoptSnapshot("web", "by hand", "about", 1_700_000_000, False, ("vda",), ("sda",))
    assert plan.steps == (step,)
    assert (plan.danger, plan.losses, plan.warnings) == (Danger.NONE, (), ())
    assert any("no image is touched" in told for told in plan.effects)


def test_saved_ram_comes_with_a_warning() -> None:
    web = off(held(replace(BY_HAND, size=300)))
    plan = allowed(world(web), Adopt(ref(web), "by hand"))
    assert isinstance(plan.steps[0], AdoptSnapshot)
    assert plan.steps[0].ram
    assert any("RAM" in told for told in plan.warnings)


def test_deleting_records_it_first_and_forgets_it_when_that_fails() -> None:
    web = off()
    plan = allowed(world(web), Discard(ref(web), "by hand"))
    assert plan.steps == (
        AdoptSnapshot("web", "by hand", "", 1_700_000_000, False, ("vda",)),
        DeleteSnapshot("web", "by hand", inside=True),
    )
    assert plan.undo == (DeleteSnapshot("web", "by hand", metadata_only=True),)
    assert plan.danger is Danger.LOSS
    assert plan.losses == (f"the state “by hand” of {moment(1_700_000_000)}",)


def test_a_part_that_was_recorded_only_to_be_deleted_is_not_gone_back_to() -> None:
    """As a kvmtui leaves it that is killed between the two steps."""
    web = off(held(BY_HAND), held(target="vdb", name="b.qcow2"))
    step, _ = allowed(world(web), Discard(ref(web), "by hand")).steps
    assert isinstance(step, AdoptSnapshot)
    assert step.description == PART
    assert RECORDED is not None
    (record,) = RECORDED.snapshots
    for told, rule in ((PART, "part"), ("", "")):
        forest = replace(RECORDED, snapshots=(replace(record, description=told),))
        web = off(held(BY_HAND), forest=forest)
        shown = world(web, libvirt=V10)
        assert refused(shown, Revert(ref(web), "by hand", safety=False)) == rule


RAW = replace(
    disk(file("raw.img"), target="vdb"),
    layers=(replace(disk(file("raw.img")).layers[0], format="raw", snapshots=()),),
)
NAMED = held(ImageSnapshot("7", 0, 1, "2"), ImageSnapshot("other", 0, 1, "7"))
RECORDED = inner("by hand").forest


@pytest.mark.parametrize(
    ("web", "name", "adopting", "deleting"),
    [
        (off(), "none such", "gone", "gone"),
        (off(held(BY_HAND), forest=RECORDED), "by hand", "gone", "gone"),
        (off(state=State.RUNNING), "by hand", "running", "running"),
        (off(state=State.PAUSED), "by hand", "running", "running"),
        (off(held(replace(BY_HAND, name="a/b"))), "a/b", "name slash", "name slash"),
        (off(held(BY_HAND, replace(BY_HAND, id="2"))), "by hand", "twice", "twice"),
        (off(NAMED), "7", "number", ""),
        (off(held(BY_HAND), held(target="vdb", name="b.qcow2")), "by hand", "part", ""),
        (off(held(BY_HAND), RAW), "by hand", "not qcow2", ""),
        (off(nvram="qcow2"), "by hand", "NVRAM", ""),
        (off(nvram="raw"), "by hand", "", ""),
    ],
)
def test_what_would_not_come_back_whole_or_is_in_use_is_refused(
    web: Domain, name: str, adopting: str, deleting: str
) -> None:
    assert refused(world(web), Adopt(ref(web), name)) == adopting
    assert refused(world(web), Discard(ref(web), name)) == deleting


def test_an_image_that_others_stand_on_is_not_changed() -> None:
    web = off()
    other = domain("clone", disk(file("clone.qcow2"), file("web.qcow2")))
    assert refused(world(web, other), Discard(ref(web), "by hand")) == "shared base"
    assert refused(world(web, other), Adopt(ref(web), "by hand")) == ""


def test_a_description_that_xml_cannot_hold_is_refused() -> None:
    web = off()
    assert refused(world(web), Adopt(ref(web), "by hand", "\x07")) == "text control"


def test_a_name_that_qemu_takes_for_the_number_of_another_is_not_gone_back_to() -> None:
    """QEMU looks for numbers first: it would bring back another state without a word."""
    shots = (ImageSnapshot("a", 0, 1, "1"), ImageSnapshot("1", 0, 1, "2"))
    web = off(held(*shots), forest=inner("a", "1").forest)
    assert refused(world(web), Revert(ref(web), "1", safety=False)) == "number"
    assert refused(world(web), Revert(ref(web), "a", safety=False)) == ""
