"""RAM that is written away when a domain stops, and wakes only on the disks that it knows."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Channel
from kvmtui.model.job import Job
from kvmtui.model.place import Place, There
from kvmtui.model.saved import SavedRam
from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans import power, ram
from kvmtui.plans.plan import Danger
from kvmtui.plans.ram import OLD_RAM
from kvmtui.plans.steps import ManagedSave, SaveTo, SetTime, StartFrom, Verb
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import Switch
from tests.worlds import (
    COMMITTING,
    FROZEN,
    GIB,
    NOW,
    allowed,
    chained,
    disk,
    domain,
    file,
    image,
    ref,
    refused,
    world,
)

FILE = file("web.save")
NOTHING = Place(FILE, There.NOTHING, There.FOLDER)
FOLDER = frozenset({file("web.qcow2")})


def vda(free: int = 4 * GIB) -> Disk:
    """One disk, in a folder that was looked at; 4 GiB are room for the RAM."""
    return replace(disk(file("web.qcow2")), folder=FOLDER, free=free)


WEB = domain("web", vda())


def save(of: Domain, path: str = FILE) -> Switch:
    return Switch(ref(of), Verb.SAVE_TO, path)


def start(of: Domain, path: str = FILE) -> Switch:
    return Switch(ref(of), Verb.START_FROM, path)


def subject(of: Domain) -> Subject:
    found = find(world(of), ref(of))
    assert isinstance(found, Subject)
    return found


def test_managed_ram_waits_for_the_next_start() -> None:
    plan = allowed(world(WEB), Switch(ref(WEB), Verb.SAVE))
    assert plan.steps == (ManagedSave("web"),)
    assert (plan.danger, plan.losses) == (Danger.NONE, ())
    assert "next start" in plan.effects[0]


def test_ram_goes_into_a_new_file_beside_the_disks() -> None:
    assert ram.offered(subject(WEB), new=True) == FILE
    plan = allowed(world(WEB), save(WEB))
    assert plan.steps == (SaveTo("web", FILE),)
    assert (plan.danger, plan.losses, plan.warnings) == (Danger.NONE, (), ())
    assert "at most 2.0G" in plan.effects[0]
    assert "useless" in plan.effects[1]


JOB: dict[str, tuple[Job, ...]] = {"jobs": (COMMITTING,)}


@pytest.mark.parametrize("verb", [Verb.SAVE, Verb.SAVE_TO])
@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"persistent": False}, "transient"),
        ({"unsaveable": "a passed-through device"}, "device"),
        (JOB, "block job"),
        ({"state": State.OFF}, "state"),
        ({"state": State.ASLEEP}, "state"),
    ],
)
def test_ram_that_cannot_be_saved_is_refused(verb: Verb, fields: dict[str, Any], rule: str) -> None:
    web = domain("web", vda(), **fields)
    assert refused(world(web), Switch(ref(web), verb, FILE)) == rule


@pytest.mark.parametrize(
    ("web", "path", "place", "rule"),
    [
        (WEB, "", None, "place relative"),
        (WEB, "web.save", None, "place relative"),
        (WEB, "/img/", None, "place form"),
        (WEB, "/img/a\nb", None, "place control"),
        (WEB, file("web.qcow2"), None, "place used"),
        (WEB, FILE, Place(FILE, There.FILE, There.FOLDER), "file exists"),
        (WEB, FILE, Place(FILE, There.NOTHING, There.NOTHING), "no folder"),
        (WEB, "/mnt/web.save", None, "place unseen"),
        (domain("web", vda(free=GIB)), FILE, NOTHING, "no space"),
    ],
)
def test_nothing_is_written_over_and_no_folder_is_filled_up(
    web: Domain, path: str, place: Place | None, rule: str
) -> None:
    shown = world(web, places=(place,) if place else ())
    assert refused(shown, save(web, path)) == rule


def test_where_the_free_space_is_not_known_that_is_said() -> None:
    away = Place("/mnt/web.save", There.NOTHING, There.FOLDER)
    plan = allowed(world(WEB, places=(away,)), save(WEB, away.path))
    assert "not known" in plan.warnings[0]
    room = replace(away, free=3 * GIB)
    assert allowed(world(WEB, places=(room,)), save(WEB, away.path)).warnings == ()


def test_a_frozen_guest_will_be_frozen_when_it_wakes_and_that_is_said() -> None:
    icy = replace(WEB, guest=FROZEN)
    for wish in (save(icy), Switch(ref(icy), Verb.SAVE)):
        assert "frozen" in allowed(world(icy), wish).warnings[-1]


KNOWN = SavedRam(uuid="u-web", name="web", disks=(("vda", file("web.qcow2")),), written=NOW)
"""RAM of that domain, saved on that disk."""


def off(*disks: Disk, **fields: Any) -> Domain:
    """A domain that is off; unless it is said otherwise, nothing was written to since."""
    calm = tuple(
        replace(d, layers=tuple(replace(la, changed=la.changed or NOW - 5) for la in d.layers))
        for d in disks or (disk(file("web.qcow2")),)
    )
    return domain("web", *calm, **{"state": State.OFF, **fields})


def beside(*domains: Domain, ram: SavedRam | None = KNOWN) -> World:
    """A host on which the file was looked at and holds this RAM."""
    return world(*domains, places=(Place(FILE, There.FILE, There.FOLDER, ram=ram),))


def test_a_domain_goes_on_from_a_file_that_fits_its_disks() -> None:
    web = off(channel=Channel.DISCONNECTED)
    plan = allowed(beside(web), start(web))
    assert plan.steps == (StartFrom("web", FILE),)
    assert plan.afterwards == (SetTime("web"),)
    assert (plan.danger, plan.losses, plan.warnings) == (Danger.NONE, (), ())


WRITTEN = replace(disk(file("web.qcow2")), layers=(image(file("web.qcow2"), changed=NOW + 1.0),))
BASE_WRITTEN = replace(
    disk(),
    layers=(image(file("web.qcow2")), image(file("base.qcow2"), changed=NOW + 0.5)),
)
GONE = replace(disk(), layers=(image(file("web.qcow2")), image(file("base"), missing=True)))


@pytest.mark.parametrize(
    ("web", "rule"),
    [
        (off(disk(file("web.s1.qcow2"), file("web.qcow2"))), "other disks"),
        (off(disk(file("web.qcow2"), target="vdb")), "other disks"),
        (off(WRITTEN), "changed"),
        (off(BASE_WRITTEN), "changed"),
        (off(GONE), "layer missing"),
        (off(managed_save=True), "saved RAM"),
        (off(state=State.RUNNING), "state"),
        (off(state=State.PAUSED), "state"),
    ],
)
def test_ram_never_wakes_on_disks_that_it_does_not_know(web: Domain, rule: str) -> None:
    assert refused(beside(web), start(web)) == rule


@pytest.mark.parametrize(
    ("ram", "rule"),
    [
        (None, "no RAM"),
        (SavedRam("image magic is incorrect"), "no RAM"),
        (replace(KNOWN, uuid="u-other", name="other"), "other domain"),
    ],
)
def test_a_file_without_the_ram_of_the_domain_is_refused(ram: SavedRam, rule: str) -> None:
    assert refused(beside(off(), ram=ram), start(off())) == rule


def test_a_file_that_is_not_there_or_was_not_looked_at_is_refused() -> None:
    web = off()
    assert refused(world(web, places=(NOTHING,)), start(web)) == "no file"
    assert refused(world(web), start(web)) == "place unseen"
    assert refused(world(web), start(web, "web.save")) == "place relative"


def test_a_disk_that_was_attached_later_may_have_been_written_to() -> None:
    later = replace(disk(), target="vdb", layers=(image("/img/b", changed=NOW + 9.0),))
    web = off(disk(file("web.qcow2")), later)
    assert allowed(beside(web), start(web)).danger is Danger.NONE


@pytest.mark.parametrize(
    ("web", "ram"),
    [
        (off(), replace(KNOWN, written=None)),
        (domain("web", state=State.OFF), KNOWN),
        (off(replace(disk(file("web.qcow2")), complete=False)), KNOWN),
    ],
)
def test_what_nobody_could_see_is_told_and_wants_the_name_typed(web: Domain, ram: SavedRam) -> None:
    plan = allowed(beside(web, ram=ram), start(web))
    assert plan.danger is Danger.WORST
    assert OLD_RAM in plan.warnings[0]


@pytest.mark.parametrize(
    ("after", "layer_clock", "ram_clock", "rule", "danger"),
    [
        (-5, "", "", "", Danger.NONE),
        (-5, "0:45", "0:45", "", Danger.NONE),
        (-5, "0:45", "", "", Danger.WORST),
        (-5, "", "0:45", "", Danger.WORST),
        (-5, "0:45", "0:46", "", Danger.WORST),
        (5, "0:45", "0:45", "changed", None),
        (5, "0:45", "", "", Danger.WORST),
        (61, "0:45", "", "changed", None),
    ],
)
def test_the_times_of_two_clocks_prove_nothing_to_the_second(
    after: int, layer_clock: str, ram_clock: str, rule: str, danger: Danger | None
) -> None:
    """A file server whose clock is late lets a disk look untouched since."""
    layer = image(file("web.qcow2"), changed=NOW + after, clock=layer_clock)
    web = off(replace(disk(file("web.qcow2")), layers=(layer,)))
    shown = beside(web, ram=replace(KNOWN, clock=ram_clock))
    assert refused(shown, start(web)) == rule
    if danger is not None:
        assert allowed(shown, start(web)).danger is danger


def test_a_start_from_a_file_spoils_what_any_start_would() -> None:
    other = domain("copy", disk(file("web.qcow2")), state=State.OFF)
    web = off()
    plan = allowed(beside(web, other), start(web))
    assert plan.danger is Danger.LOSS
    assert "copy" in plan.losses[0]


def test_the_last_file_saved_is_offered_and_told_at_every_start() -> None:
    saved = frozenset(map(file, ("web.save", "web-10.save", "web-2.save", "webserver.save")))
    there = replace(disk(file("web.qcow2")), folder=saved)
    web = domain("web", there, state=State.OFF)
    assert ram.offered(subject(web), new=False) == file("web-10.save")
    assert ram.offered(subject(web), new=True) == file("web-3.save")
    told = allowed(world(web), Switch(ref(web), Verb.START)).effects
    assert "web-10.save may hold RAM" in told[0]
    assert ram.offered(subject(off()), new=False) == FILE


def test_dropping_saved_ram_names_its_loss_and_needs_some() -> None:
    web = domain(state=State.OFF, managed_save=True)
    plan = allowed(world(web), Switch(ref(web), Verb.START_FRESH))
    assert "saved RAM" in plan.losses[0]
    assert refused(world(off()), Switch(ref(off()), Verb.START_FRESH)) == "no saved RAM"


@pytest.mark.parametrize("state", State)
def test_the_menu_shows_what_belongs_to_the_state_and_all_that_works(state: State) -> None:
    shown = power.offered(state)
    web = chained(1, state=state, managed_save=not state.active)
    rules = {verb: refused(world(web), Switch(ref(web), verb)) for verb in Verb}
    assert {verb for verb, rule in rules.items() if rule != "state"} <= set(shown)
    assert (Verb.START in shown) is (state in (State.OFF, State.CRASHED, State.UNKNOWN))
    assert (Verb.SAVE in shown) is state.active
