"""What qemu-img made behind a real daemon's back is adopted, gone back to and deleted."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from kvmtui.model.inside import unrecorded
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Adopt, Create, Delete, Discard, Revert
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.test_embed_adopt import by_hand, held
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.proof import Proves
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


async def test_a_snapshot_of_qemu_img_becomes_one_like_any_other(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24, disks=2)
    ref = await driver.meet("blank")
    for target in ("vda", "vdb"):
        scribble(made, 1, target)
    for image in made.disks:
        by_hand(image, "by-hand")
    for target in ("vda", "vdb"):
        scribble(made, 2, target)
    assert await proves(
        "record: adopt internal made by qemu-img, off", Adopt(ref, "by-hand", "đã có")
    )
    agree(driver, virsh, "blank")
    assert "đã có" in virsh("snapshot-dumpxml", "blank", "by-hand")
    await driver.carry_out(Revert(ref, "by-hand"))
    agree(driver, virsh, "blank")
    assert now(made, "vda") == history(1)
    assert now(made, "vdb") == history(1, first=0x22)
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(made, "vda") == history(1, 2)
    for name in ("by-hand", "before-revert"):
        await driver.carry_out(Delete(ref, name))
    assert [held(image) for image in made.disks] == [[], []]


async def test_one_with_ram_runs_again_after_its_record_was_lost(
    driver: Driver, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(made, 2)
    virsh("snapshot-delete", "blank", "i1", "--metadata")
    made.destroy()
    await driver.fleet.fresh(ref)
    assert [bool(found.ram) for found in unrecorded(driver.domain("blank"))] == [True]
    await driver.carry_out(Adopt(ref, "i1"))
    agree(driver, virsh, "blank")
    await driver.carry_out(Revert(ref, "i1", safety=False))
    agree(driver, virsh, "blank")
    assert made.state == "running"
    assert now(made) == history(1)


async def test_deleting_leaves_neither_record_nor_bytes_and_no_other_is_touched(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24, disks=2)
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "kept", how="internal"))
    by_hand(made.disks[1], "part")
    assert await proves("delete: internal, made by qemu-img, off", Discard(ref, "part"))
    agree(driver, virsh, "blank")
    assert [held(image) for image in made.disks] == [["kept"], ["kept"]]
    scribble(made, 2)
    await driver.carry_out(Revert(ref, "kept", safety=False))
    assert now(made) == history(1)


async def test_the_virsh_line_takes_the_record_as_it_says(
    driver: Driver, virsh: Virsh, daemon: Daemon, new_blank: NewBlank, tmp_path: Path
) -> None:
    made = new_blank(mib=24)
    ref = await driver.meet("blank")
    by_hand(made.disks[0], "typed")
    plan = await driver.plan(Adopt(ref, "typed"))
    assert isinstance(plan, Plan)
    line, _, around = plan.steps[0].virsh.partition("   # around the <domain> of: ")
    words = shlex.split(around)
    definition = virsh(*words[1:])
    (tmp_path / "RECORD.xml").write_text(
        "<domainsnapshot><name>typed</name><state>shutoff</state><creationTime>1</creationTime>"
        "<memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/></disks>"
        f"{definition}</domainsnapshot>"
    )
    run(line, daemon.uri, tmp_path)
    by_hand_record = virsh("snapshot-dumpxml", "blank", "typed")
    virsh("snapshot-delete", "blank", "typed", "--metadata")
    await driver.carry_out(Adopt(ref, "typed"))
    ours = virsh("snapshot-dumpxml", "blank", "typed")
    assert without_time(ours) == without_time(by_hand_record)


def run(line: str, uri: str, folder: Path) -> None:
    """Types a virsh line in that folder."""
    words = shlex.split(line)
    argv = [words[0], "-c", uri, *words[1:]]
    ran = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (argv, ran.stderr)


def without_time(record: str) -> list[str]:
    return [line for line in record.splitlines() if "creationTime" not in line]
