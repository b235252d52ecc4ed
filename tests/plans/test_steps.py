"""virsh takes the very arguments that a step means, whatever is in the names."""

from __future__ import annotations

import shlex

import pytest

from kvmtui.plans.steps import (
    AbortJob,
    AdoptSnapshot,
    After,
    Amend,
    AwaitMerged,
    AwaitOver,
    AwaitReady,
    Commit,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Flush,
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
    SetTime,
    StartFrom,
    StartOver,
    Step,
    Target,
    Thaw,
    Tune,
    Verb,
)
from tests.worlds import HOSTILE

GOLDEN: tuple[tuple[Step, str], ...] = (
    (
        CreateSnapshot(
            "erp-db1",
            "snap-pre-upgrade",
            "Antes de apt full-upgrade",
            (Target("vda", "external", "/img/erp-db1.s1.qcow2"), Target("sda", "no")),
            disk_only=True,
            quiesce=True,
        ),
        "virsh snapshot-create-as --domain erp-db1 --name snap-pre-upgrade"
        " --description 'Antes de apt full-upgrade' --disk-only --atomic --quiesce"
        " --diskspec vda,snapshot=external,file=/img/erp-db1.s1.qcow2 --diskspec sda,snapshot=no",
    ),
    (
        CreateSnapshot(
            "web", "s1", targets=(Target("vda", "external", "/o"),), memory_file="/r,1.mem"
        ),
        "virsh snapshot-create-as --domain web --name s1"
        " --memspec /r,,1.mem,snapshot=external --diskspec vda,snapshot=external,file=/o",
    ),
    (
        CreateSnapshot(
            "web",
            "s1",
            targets=(Target("vda", "external", "/dev/vg/a,b", block=True),),
            memory_file="/r",
            live=True,
            reuse=True,
        ),
        "virsh snapshot-create-as --domain web --name s1 --live --reuse-external"
        " --memspec /r,snapshot=external"
        " --diskspec vda,snapshot=external,stype=block,file=/dev/vg/a,,b",
    ),
    (
        CreateSnapshot("web", "i1", targets=(Target("vda", "internal"),)),
        "virsh snapshot-create-as --domain web --name i1 --diskspec vda,snapshot=internal",
    ),
    (
        RevertSnapshot("web", "s1", After.RUNNING),
        "virsh snapshot-revert --domain web --snapshotname s1 --running",
    ),
    (
        RevertSnapshot("web", "s1", After.PAUSED),
        "virsh snapshot-revert --domain web --snapshotname s1 --paused",
    ),
    (RevertSnapshot("web", "s1"), "virsh snapshot-revert --domain web --snapshotname s1"),
    (
        DeleteSnapshot("web", "s1", metadata_only=True),
        "virsh snapshot-delete --domain web --snapshotname s1 --metadata",
    ),
    (
        DeleteSnapshot("web", "s1", metadata_only=True, keeps=("s2",)),
        "virsh snapshot-dumpxml --domain web --snapshotname s2 --security-info > 1.xml"
        " && virsh snapshot-delete --domain web --snapshotname s1 --metadata"
        " && virsh snapshot-create --domain web --xmlfile 1.xml --redefine",
    ),
    (
        Redefine("web", "s1", current=True),
        "virsh snapshot-create --domain web --xmlfile EDITED.xml --redefine --current",
    ),
    (
        Commit("web", "vda", "/img/t", "/img/web.qcow2", 5_000_000),
        "virsh blockcommit --domain web --path vda --base /img/web.qcow2 --top /img/t --active"
        " --bytes --bandwidth 5000000 --delete",
    ),
    (
        Commit("web", "vda", "/img/t", "/img/web.qcow2", delete=False),
        "virsh blockcommit --domain web --path vda --base /img/web.qcow2 --top /img/t --active",
    ),
    (
        Commit("web", "vda", "/t", "/b", active=False),
        "virsh blockcommit --domain web --path vda --base /b --top /t --delete",
    ),
    (AwaitMerged("web", "vda", "/t"), "virsh blockjob --domain web --path vda --info"),
    (AwaitOver("web", "vda"), "virsh blockjob --domain web --path vda --info"),
    (
        SetSpeed("web", "vda", 20971520),
        "virsh blockjob --domain web --path vda --bytes --bandwidth 20971520",
    ),
    (
        Tune("web", "vda", 4096),
        "virsh blkdeviotune --domain web --device vda --live --write-bytes-sec 4096",
    ),
    (
        Tune("web", "vda", 0, 512),
        "virsh blkdeviotune --domain web --device vda --live --write-bytes-sec 0"
        " --read-bytes-sec 512",
    ),
    (
        Amend("web", "vda", "/t", "/b", "file", "qcow2", ("s2",)),
        "virsh snapshot-create --domain web --xmlfile EDITED.xml --redefine"
        "   # each of: virsh snapshot-dumpxml --domain web --snapshotname s2 --security-info",
    ),
    (RemoveFile("web", "/img/a b.mem"), "rm -- '/img/a b.mem'"),
    (RemoveFile("web", "/img/-b.mem", pooled=True), "virsh vol-delete --vol /img/-b.mem"),
    (AwaitReady("web", "vda"), "virsh blockjob --domain web --path vda --info"),
    (Pivot("web", "vda", "/b"), "virsh blockjob --domain web --path vda --pivot"),
    (AbortJob("web", "vda"), "virsh blockjob --domain web --path vda --abort"),
    (
        AdoptSnapshot("web", "it's", "", 1, False, ("vda",)),
        "virsh snapshot-create --domain web --xmlfile RECORD.xml --redefine"
        "   # around the <domain> of: virsh dumpxml --domain web --inactive --security-info",
    ),
    (
        EditRecord("web", "s1", current=True),
        "virsh snapshot-edit --domain web --snapshotname s1 --current",
    ),
    (
        EditRecord("web", "s2", parent="s1"),
        "virsh snapshot-edit --domain web --snapshotname s2   # edit <parent>",
    ),
    (
        EditRecord("web", "s1", "s0", ""),
        "virsh snapshot-edit --domain web --snapshotname s1 --clone   # edit <name>, <description>",
    ),
    (
        SetMetadata("web", "title", "it's ERP"),
        """virsh desc --domain web --config --title --new-desc 'it'"'"'s ERP'""",
    ),
    (
        SetMetadata("web", "description", "", live=True),
        "virsh desc --domain web --live --config --new-desc ''",
    ),
    (RemoveManagedSave("web"), "virsh managedsave-remove --domain web"),
    (Freeze("web"), "virsh domfsfreeze --domain web"),
    (Thaw("web"), "virsh domfsthaw --domain web"),
    (SetTime("web"), "virsh domtime --domain web --sync"),
    (Power("web", Verb.START), "virsh start --domain web"),
    (Power("web", Verb.START_PAUSED), "virsh start --domain web --paused"),
    (
        Power("web", Verb.START_PAUSED, for_merge=True),
        "virsh start --domain web --paused && virsh metadata --domain web "
        "--uri urn:kvmtui:merge --key kvmtui --set '<merge/>' --live",
    ),
    (Power("web", Verb.START_FRESH), "virsh start --domain web --force-boot"),
    (ManagedSave("web"), "virsh managedsave --domain web"),
    (SaveTo("web", "/img/a b.save"), "virsh save --domain web --file '/img/a b.save'"),
    (StartFrom("web", "/img/web.save"), "virsh restore --file /img/web.save"),
    (Power("web", Verb.SHUTDOWN), "virsh shutdown --domain web"),
    (Flush("web"), "virsh suspend --domain web && virsh resume --domain web"),
    (Power("web", Verb.PAUSE), "virsh suspend --domain web"),
    (Power("web", Verb.RESUME), "virsh resume --domain web"),
    (Power("web", Verb.FORCE_OFF), "virsh destroy --domain web"),
    (
        Power("web", Verb.FORCE_OFF, only_paused=True),
        "virsh destroy --domain web   # if it is paused still",
    ),
)


@pytest.mark.parametrize(("step", "line"), GOLDEN, ids=lambda value: type(value).__name__)
def test_a_step_is_spelled_as_a_person_types_it(step: Step, line: str) -> None:
    assert step.virsh == line


def test_starting_over_is_spelled_as_what_virsh_can_do() -> None:
    line = StartOver("web", "s1", (Target("vda", "external", "/img/x,y"),)).virsh
    define, create = " ".join(shlex.split(line, comments=True)).split(" && ")
    assert define == "virsh define --file THEN.xml"
    assert create.startswith("virsh snapshot-create-as --domain web --no-metadata --disk-only")
    assert create.endswith("--diskspec vda,snapshot=external,file=/img/x,,y")
    assert line.endswith("virsh snapshot-dumpxml --domain web --snapshotname s1 --security-info")


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_any_name_reaches_virsh_as_one_argument(name: str) -> None:
    targets = (Target("vda", "external", f"/img/{name}"),)
    create = CreateSnapshot(name, name, name, targets, memory_file=f"/img/{name}")
    doubled = f"/img/{name.replace(',', ',,')}"
    assert shlex.split(create.virsh) == [
        *("virsh", "snapshot-create-as", "--domain", name, "--name", name, "--description", name),
        *("--memspec", f"{doubled},snapshot=external"),
        *("--diskspec", f"vda,snapshot=external,file={doubled}"),
    ]
    commit = shlex.split(Commit(name, "vda", name, name).virsh)
    assert commit[2:8] == ["--domain", name, "--path", "vda", "--base", name]
    delete = shlex.split(DeleteSnapshot(name, name).virsh)
    assert delete == ["virsh", "snapshot-delete", "--domain", name, "--snapshotname", name]
    if "\n" not in name:
        assert "\n" not in create.virsh


@pytest.mark.parametrize(
    ("path", "spec"),
    [
        ("", "vda,snapshot=external"),
        ("/a,b", "vda,snapshot=external,file=/a,,b"),
        ("/a,,b", "vda,snapshot=external,file=/a,,,,b"),
    ],
)
def test_a_comma_in_a_path_is_doubled(path: str, spec: str) -> None:
    assert Target("vda", "external", path).spec == spec


@pytest.mark.parametrize("step", [step for step, _ in GOLDEN], ids=lambda s: type(s).__name__)
def test_every_step_says_itself_in_one_sentence(step: Step) -> None:
    assert step.says
    assert "\n" not in step.says
