"""Files that exist already become overlays only where they fit exactly."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.place import Image, Place, There
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.wishes import Create
from tests.worlds import GIB, allowed, disk, domain, file, place, ref, refused, world

WEB = domain("web", disk(file("web.qcow2")))
MADE = "/export/made.qcow2"
FITS = Image(file("web.qcow2"), "qcow2", 20 * GIB, written=0)


def wish(*files: tuple[str, str], of: Domain = WEB, **fields: Any) -> Create:
    return Create(ref(of), "s1", **{"reuse": True, "files": files or (("vda", MADE),), **fields})


def made(image: Image | None = FITS, there: There = There.FILE, **fields: Any) -> Place:
    return place(MADE, there, image=image, **fields)


def test_an_empty_overlay_of_the_active_layer_is_taken_as_it_is() -> None:
    plan = allowed(world(WEB, places=(made(),)), wish())
    (step,) = plan.steps
    assert isinstance(step, CreateSnapshot)
    assert step.reuse
    assert step.targets == (Target("vda", "external", MADE),)
    assert (plan.danger, plan.warnings) == (Danger.NONE, ())
    assert plan.effects[0] == "goes on in the file made.qcow2"


def test_what_an_overlay_holds_is_told_before_the_disk_shows_it() -> None:
    full = made(replace(FITS, written=3 * GIB))
    plan = allowed(world(WEB, places=(full,)), wish())
    assert plan.danger is Danger.LOSS
    assert plan.warnings == ("made.qcow2 holds 3.0G of data: vda shows it at once",)


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (made(None, There.NOTHING), "reuse missing"),
        (made(None), "reuse format"),
        (made(None, There.BLOCK), "reuse no file"),
        (made(None, There.FOLDER), "reuse no file"),
        (made(real=""), "reuse unseen"),
        (Place(MADE), "reuse unseen"),
        (place("/other"), "place unseen"),
        (place("/export/other"), "reuse missing"),
        (made(replace(FITS, plain=False)), "reuse odd"),
        (made(replace(FITS, backing="")), "reuse backing"),
        (made(replace(FITS, backing=file("mail.qcow2"))), "reuse backing"),
        (made(replace(FITS, backing_format="")), "reuse backing format"),
        (made(replace(FITS, backing_format="raw")), "reuse backing format"),
        (made(replace(FITS, capacity=10 * GIB)), "reuse size"),
        (made(replace(FITS, written=None)), "reuse unread"),
        (made(real=file("web.qcow2")), "place used"),
    ],
)
def test_what_does_not_fit_is_refused(found: Place, rule: str) -> None:
    assert refused(world(WEB, places=(found,)), wish()) == rule


def test_a_disk_whose_format_is_not_known_goes_on_in_nothing() -> None:
    unknown = disk(file("web.qcow2"))
    unknown = replace(unknown, layers=(replace(unknown.layers[0], format=""),))
    web = domain("web", unknown)
    image = replace(FITS, backing_format="")
    assert refused(world(web, places=(made(image),)), wish()) == "reuse backing format"


def test_a_file_that_somebody_uses_or_may_use_is_not_taken() -> None:
    clone = domain("clone", disk(MADE, file("web.qcow2")))
    unread = replace(domain("mail"), config=None)
    assert refused(world(WEB, clone, places=(made(),)), wish()) == "place used"
    assert refused(world(WEB, unread, places=(made(),)), wish()) == "others unread"


def test_all_files_exist_or_none() -> None:
    """libvirt has one flag for all disks."""
    two = domain("web", disk(file("web.qcow2")), disk(file("b.qcow2"), target="vdb"))
    asked = wish(("vda", MADE), ("vdb", "/export/new"), of=two)
    shown = world(two, places=(made(), place("/export/new")))
    assert refused(shown, asked) == "reuse missing"
    assert refused(world(two, places=(made(),)), wish(of=two)) == "place unseen"
    assert refused(world(two, places=(made(),)), wish(of=two, disks=("vda",))) == ""


def test_one_file_is_not_taken_for_two_disks() -> None:
    two = domain("web", disk(file("web.qcow2")), disk(file("b.qcow2"), target="vdb"))
    asked = wish(("vda", MADE), ("vdb", MADE), of=two)
    assert refused(world(two, places=(made(),)), asked) == "place twice"


def test_ram_is_still_saved_to_a_new_file() -> None:
    asked = wish(how="ram", memory_file="/export/ram")
    there = (made(), place("/export/ram", There.FILE))
    assert refused(world(WEB, places=there), asked) == "file exists"
    assert refused(world(WEB, places=(made(), place("/export/ram"))), asked) == ""


def test_inside_the_image_there_is_nothing_to_go_on_in() -> None:
    assert refused(world(WEB), wish(how="internal", files=())) == "reuse kind"


def test_a_reused_file_needs_no_room() -> None:
    web = domain("web", disk(file("web.qcow2"), free=0))
    assert refused(world(web, places=(made(free=0),)), wish(of=web)) == ""
