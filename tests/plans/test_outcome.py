"""Only what was read back counts as done."""

from __future__ import annotations

import pytest

from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.tuning import Tuning
from kvmtui.model.value import replace
from kvmtui.plans import outcome
from kvmtui.plans.steps import (
    AbortJob,
    AdoptSnapshot,
    After,
    Amend,
    AwaitMerged,
    AwaitOver,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Freeze,
    ManagedSave,
    Pivot,
    Power,
    Redefine,
    RemoveFile,
    RemoveManagedSave,
    RevertSnapshot,
    SaveTo,
    SetMetadata,
    SetSpeed,
    StartFrom,
    StartOver,
    Step,
    Target,
    Thaw,
    Tune,
    Verb,
)
from kvmtui.plans.wishes import Merge
from tests.worlds import (
    ANSWERING,
    COMMITTING,
    FROZEN,
    SILENT,
    allowed,
    chained,
    disk,
    domain,
    file,
    internal,
    ref,
    world,
)

WEB = chained(2)
OFF = replace(WEB, state=State.OFF)
PAUSED = replace(WEB, state=State.PAUSED)
UNREAD = replace(WEB, config=None, forest=None)
ACTIVE = file("web.s2.qcow2")
BESIDE = domain("web", disk(ACTIVE, folder=frozenset({ACTIVE})))
ICY = replace(WEB, guest=FROZEN)
THAWED = replace(WEB, guest=ANSWERING)
LIMITED = domain(
    "web",
    disk(ACTIVE, tuning=Tuning(writes=5, reads=6)),
    jobs=(replace(COMMITTING, bandwidth=7),),
)


def targets(file: str) -> tuple[Target, ...]:
    return (Target("vda", "external", file), Target("sda", "no"))


def amend(merged: str, *names: str) -> Amend:
    return Amend("web", "vda", merged, file("web.qcow2"), "file", "qcow2", names)


def create(name: str, file: str) -> CreateSnapshot:
    return CreateSnapshot("web", name, targets=targets(file))


@pytest.mark.parametrize(
    ("step", "after"),
    [
        (create("s2", ACTIVE), WEB),
        (StartOver("web", "s2", targets(ACTIVE)), WEB),
        (CreateSnapshot("web", "s2", targets=(Target("vda", "internal"),)), WEB),
        (DeleteSnapshot("web", "s3"), WEB),
        (RevertSnapshot("web", "s2"), WEB),
        (RevertSnapshot("web", "s2"), OFF),
        (RevertSnapshot("web", "s2", After.RUNNING), WEB),
        (RevertSnapshot("web", "s2", After.PAUSED), PAUSED),
        (Redefine("web", "s2", current=True), WEB),
        (Redefine("web", "s1"), WEB),
        (Redefine("web", "s2", (("vda", ACTIVE),), current=True), WEB),
        (Pivot("web", "vda", ACTIVE), WEB),
        (Power("web", Verb.START), WEB),
        (Power("web", Verb.START), PAUSED),
        (Power("web", Verb.START_PAUSED), PAUSED),
        (Power("web", Verb.PAUSE), PAUSED),
        (Power("web", Verb.RESUME), WEB),
        (Power("web", Verb.FORCE_OFF), OFF),
        (Power("web", Verb.SHUTDOWN), WEB),
        (AbortJob("web", "vda"), WEB),
        (AdoptSnapshot("web", "s2", "", 1, False, ("vda",)), WEB),
        (EditRecord("web", "s2", description="", parent="s1", current=True), WEB),
        (EditRecord("web", "gone", "s1", current=False), WEB),
        (SetMetadata("web", "title", ""), WEB),
        (AwaitMerged("web", "vda", "/img/gone"), WEB),
        (amend("/img/gone", "s2"), WEB),
        (RemoveFile("web", "/img/gone"), BESIDE),
        (Freeze("web"), ICY),
        (ManagedSave("web"), domain(state=State.OFF, managed_save=True)),
        (SaveTo("web", "/img/web.save"), OFF),
        (StartFrom("web", "/img/web.save"), WEB),
        (StartFrom("web", "/img/web.save"), PAUSED),
        (Power("web", Verb.START_FRESH), WEB),
        (Thaw("web"), THAWED),
        (SetSpeed("web", "vda", 7), LIMITED),
        (SetSpeed("web", "vda", 7), WEB),
        (Tune("web", "vda", 5, 6), LIMITED),
        (Tune("web", "vda", 0), WEB),
        (AwaitOver("web", "vda"), WEB),
    ],
)
def test_what_came_about_lacks_nothing(step: Step, after: Domain) -> None:
    assert outcome.missing(step, after) is None


@pytest.mark.parametrize(
    ("step", "after", "said"),
    [
        (create("s3", ACTIVE), WEB, "no snapshot “s3”"),
        (create("s2", "/img/new"), WEB, "vda uses /img/web.s2.qcow2, not /img/new"),
        (StartOver("web", "s2", targets("/img/new")), WEB, "vda uses"),
        (DeleteSnapshot("web", "s1"), WEB, "“s1” is still there"),
        (AwaitMerged("web", "vda", file("web.s1.qcow2")), WEB, "is still a layer of vda"),
        (amend(file("web.s1.qcow2"), "s2"), WEB, "“s2” still names /img/web.s1.qcow2"),
        (amend("/img/gone", "nobody"), WEB, "“nobody” still names"),
        (RemoveFile("web", ACTIVE), BESIDE, "web.s2.qcow2 is still there"),
        (RevertSnapshot("web", "s1"), WEB, "“s1” is not the current"),
        (RevertSnapshot("web", "s2", After.RUNNING), PAUSED, "the domain is paused"),
        (RevertSnapshot("web", "s2", After.PAUSED), WEB, "the domain is running"),
        (Redefine("web", "s1", current=True), WEB, "“s1” is not the current"),
        (Redefine("web", "s1", (("vda", "/img/o"),)), WEB, "“s1” does not name /img/o"),
        (Redefine("web", "s3", (("vda", "/img/o"),)), WEB, "“s3” does not name /img/o"),
        (Pivot("web", "vda", file("web.qcow2")), WEB, "vda uses"),
        (Pivot("web", "vdb", ACTIVE), WEB, "vdb uses nothing"),
        (AdoptSnapshot("web", "s3", "", 1, False, ("vda",)), WEB, "no snapshot “s3”"),
        (EditRecord("web", "s1", "s3"), WEB, "no snapshot “s3”"),
        (EditRecord("web", "s1", description="x"), WEB, "the description of “s1”"),
        (EditRecord("web", "s2", parent="s3"), WEB, "“s2” does not hang below “s3”"),
        (EditRecord("web", "s1", current=True), WEB, "“s1” is not the current"),
        (SetMetadata("web", "title", "x"), WEB, "the title is not what was written"),
        (SetMetadata("web", "description", "x"), WEB, "the description is not"),
        (SetSpeed("web", "vda", 0), LIMITED, "the limit is 7B/s"),
        (SetSpeed("web", "vda", 7), replace(LIMITED, jobs=(COMMITTING,)), "there is no limit"),
        (Tune("web", "vda", 6, 6), LIMITED, "the limit is 5B/s"),
        (Tune("web", "vda", 5), LIMITED, "the limit is 5B/s"),
        (Tune("web", "vda", 5), WEB, "there is no limit"),
        (Tune("web", "vdb", 5), WEB, "vdb is gone"),
        (Power("web", Verb.START), OFF, "the domain is shut off"),
        (Power("web", Verb.START_PAUSED), WEB, "the domain is running"),
        (Power("web", Verb.FORCE_OFF), PAUSED, "the domain is paused"),
        (ManagedSave("web"), domain(managed_save=True), "the domain is running"),
        (ManagedSave("web"), OFF, "no saved RAM"),
        (SaveTo("web", "/img/web.save"), WEB, "the domain is running"),
        (StartFrom("web", "/img/web.save"), OFF, "the domain is shut off"),
        (Power("web", Verb.START_FRESH), OFF, "the domain is shut off"),
        (Freeze("web"), THAWED, "the file systems are not frozen"),
        (Thaw("web"), ICY, "the file systems are frozen"),
        (Freeze("web"), WEB, "the guest agent does not answer"),
        (Thaw("web"), replace(WEB, guest=SILENT), "the guest agent does not answer"),
    ],
)
def test_what_did_not_come_about_is_said(step: Step, after: Domain, said: str) -> None:
    assert said in (outcome.missing(step, after) or "")


@pytest.mark.parametrize(
    "step",
    [
        create("s2", ACTIVE),
        DeleteSnapshot("web", "s1"),
        Pivot("web", "vda", ACTIVE),
        AwaitMerged("web", "vda", "/img/gone"),
        amend("/img/gone", "s2"),
    ],
)
def test_what_could_not_be_read_is_not_taken_for_done(step: Step) -> None:
    assert outcome.missing(step, UNREAD)


def test_saved_ram_that_is_still_there_was_not_removed() -> None:
    assert outcome.missing(RemoveManagedSave("web"), domain(managed_save=True))
    assert outcome.missing(RemoveManagedSave("web"), domain()) is None


def test_what_an_image_still_holds_was_not_deleted_from_inside() -> None:
    layer = replace(disk(ACTIVE).layers[0], snapshots=(ImageSnapshot("i1", 0),))
    holding = domain("web", replace(disk(ACTIVE), layers=(layer,)))
    inside = DeleteSnapshot("web", "i1", inside=True)
    assert "still inside the image of vda" in (outcome.missing(inside, holding) or "")
    assert outcome.missing(inside, domain()) is None
    assert outcome.missing(DeleteSnapshot("web", "i1"), holding) is None


def test_a_record_without_anything_in_the_image_is_no_snapshot() -> None:
    """libvirt before 10.9 calls it a success when QEMU does not understand the name."""
    taken = CreateSnapshot("web", "i1", "", (Target("vda", "internal"),))
    recorded = Forest((internal("i1"),), "i1")
    for held, said in ((("i1",), ""), (("i0",), "the image of vda does not hold “i1”"), (None, "")):
        known = None if held is None else tuple(ImageSnapshot(name, 0) for name in held)
        layer = replace(disk(file("web.qcow2")).layers[0], snapshots=known)
        web = domain("web", replace(disk(file("web.qcow2")), layers=(layer,)), forest=recorded)
        assert (outcome.missing(taken, web) or "") == said


def test_an_undoing_skips_only_what_is_gone_already() -> None:
    assert outcome.needless(DeleteSnapshot("web", "s3", metadata_only=True), WEB)
    assert not outcome.needless(DeleteSnapshot("web", "s2", metadata_only=True), WEB)
    assert not outcome.needless(EditRecord("web", "s2"), WEB)
    assert not outcome.needless(Power("web", Verb.FORCE_OFF), OFF)
    assert outcome.needless(Power("web", Verb.FORCE_OFF, only_paused=True), OFF)
    assert not outcome.needless(Power("web", Verb.FORCE_OFF, only_paused=True), PAUSED)
    assert outcome.needless(Tune("web", "vda", 5, 6), LIMITED)
    assert not outcome.needless(Tune("web", "vda", 0), LIMITED)
    assert outcome.needless(Tune("web", "vda", 0), replace(LIMITED, state=State.OFF))
    assert outcome.needless(Power("web", Verb.RESUME, only_paused=True), OFF)
    assert not outcome.needless(Power("web", Verb.RESUME, only_paused=True), PAUSED)


def test_only_the_chain_of_the_plan_is_what_was_wished() -> None:
    web = chained(2)
    plan = allowed(world(web), Merge(ref(web), "vda", file("web.qcow2"), top=file("web.s1.qcow2")))
    assert plan.chains == (("vda", (file("web.s2.qcow2"), file("web.qcow2"))),)
    told = "vda is web.s2.qcow2 on web.s1.qcow2 on web.qcow2, not web.s2.qcow2 on web.qcow2"
    assert outcome.unlike(plan, web) == told
    assert outcome.unlike(plan, domain("web", disk(*plan.chains[0][1]))) == ""
    assert "vda is gone" in outcome.unlike(plan, domain("web", disk(target="vdb")))


def test_of_a_chain_that_is_not_known_nothing_is_demanded() -> None:
    web = chained(1)
    assert web.config is not None
    unknown = replace(web.config.disks[0], complete=False)
    web = replace(web, config=replace(web.config, disks=(unknown,)))
    assert allowed(world(web), Merge(ref(web), "vda", file("web.qcow2"))).chains == ()


def test_only_what_lets_a_guest_go_on_is_done_when_kvmtui_ends_before_its_plan() -> None:
    assert outcome.gives_back(Tune("web", "vda", 0))
    assert outcome.gives_back(Power("web", Verb.RESUME, only_paused=True))
    assert not outcome.gives_back(Power("web", Verb.FORCE_OFF, only_paused=True)), "a merge runs"
    assert not outcome.gives_back(Thaw("web"))
