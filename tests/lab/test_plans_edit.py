"""Records edited on a real daemon: virsh sees the edit, and nothing else has changed."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import EditRecord
from kvmtui.plans.wishes import Create, Delete, Describe, Edit, Revert
from tests.host.content import history, now
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.three import NOW, preserved, three
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


def typed(line: str, uri: str, **environment: str) -> None:
    """Types a virsh line."""
    words = shlex.split(line, comments=True)
    argv = [words[0], "-c", uri, *words[1:]]
    environment = {**os.environ, **environment}
    ran = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (argv, ran.stderr)


def dump(virsh: Virsh, name: str) -> str:
    return virsh("snapshot-dumpxml", "blank", name, "--security-info")


async def test_a_rename_changes_nothing_but_the_name_and_all_can_be_gone_back_to(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref = driver.ref("blank")
    before = {name: dump(virsh, name) for name in ("s1", "s2", "s3")}
    assert await proves(f"record: rename external, {either.power}", Edit(ref, "s2", "tên mới", ""))
    agree(driver, virsh, "blank")
    assert virsh("snapshot-parent", "blank", "s3") == "tên mới"
    assert virsh("snapshot-parent", "blank", "tên mới") == "s1"
    names = {"s1": "s1", "s2": "tên mới", "s3": "s3"}
    for old, new in names.items():
        assert dump(virsh, new).replace("tên mới", "s2") == before[old]
    held = {"s1": history(1), "tên mới": history(1, 2), "s3": history(1, 2, 3)}
    for name, content in held.items():
        assert preserved(driver, name) == content
    await driver.carry_out(Revert(ref, "tên mới", safety=False))
    agree(driver, virsh, "blank")
    assert now(either) == history(1, 2)
    await driver.carry_out(Revert(ref, "s3", safety=False))
    assert now(either) == history(1, 2, 3)


async def test_a_description_is_written_down(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    before = dump(virsh, "s2")
    wish = Edit(driver.ref("blank"), "s2", "s2", "Antes de\napt <full-upgrade>")
    assert await proves(f"record: describe a snapshot, {either.power}", wish)
    agree(driver, virsh, "blank")
    told = "  <description>Antes de\napt &lt;full-upgrade&gt;</description>\n"
    assert told in dump(virsh, "s2")
    assert dump(virsh, "s2").replace(told, "") == before
    assert virsh("snapshot-current", "blank", "--name") == "s3"
    assert now(either) == NOW


async def test_what_libvirt_takes_for_the_current_one_can_be_put_right(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref = driver.ref("blank")
    virsh("snapshot-current", "blank", "s1")
    await driver.fleet.fresh(ref)
    wish = Edit(ref, "s3", "s3", "", current=True)
    assert await proves(f"record: make another the current one, {either.power}", wish)
    agree(driver, virsh, "blank")
    assert virsh("snapshot-current", "blank", "--name") == "s3"
    assert now(either) == NOW


async def test_one_inside_the_image_keeps_its_name(
    driver: Driver, proves: Proves, either: LabDomain
) -> None:
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "i1", how="internal"))
    wish = Edit(ref, "i1", "i2", "")
    assert not await proves(f"record: rename internal, {either.power}", wish)


async def test_a_renamed_snapshot_is_deleted_like_any_other(
    driver: Driver, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref = driver.ref("blank")
    for old, new in (("s1", "one"), ("s3", "three")):
        await driver.carry_out(Edit(ref, old, new, "x"))
    for name in ("one", "s2", "three"):
        await driver.carry_out(Delete(ref, name))
        agree(driver, virsh, "blank")
        assert now(either) == NOW
    assert virsh("snapshot-list", "blank", "--name") == ""


async def test_the_virsh_line_of_an_edit_opens_the_very_record(
    driver: Driver, virsh: Virsh, daemon: Daemon, either: LabDomain, tmp_path: Path
) -> None:
    """What the comment says is to be edited, an editor edits; then both records are the same."""
    await three(driver, either)
    ref = driver.ref("blank")
    plan = await driver.plan(Edit(ref, "s3", "typed", "by hand"))
    assert isinstance(plan, Plan)
    assert isinstance(plan.steps[0], EditRecord)
    editor = tmp_path / "editor"
    editor.write_text(
        "#!/bin/sh\nsed -i -e 's,<name>s3<,<name>typed<,'"
        " -e '0,/<parent>/s,<parent>,<description>by hand</description><parent>,' \"$1\"\n"
    )
    editor.chmod(0o755)
    typed(plan.steps[0].virsh, daemon.uri, EDITOR=str(editor))
    by_hand = dump(virsh, "typed")
    virsh("snapshot-delete", "blank", "typed", "--metadata")
    await driver.carry_out(Edit(ref, "s3", "typed", "by hand"))
    assert dump(virsh, "typed") == by_hand
    agree(driver, virsh, "blank")


async def test_a_domain_is_described_as_virsh_does_it(
    driver: Driver, proves: Proves, virsh: Virsh, daemon: Daemon, either: LabDomain
) -> None:
    ref = await driver.meet("blank")
    for title, text in (("Máy chủ “1”", "một\nhai <b>"), ("", "")):
        plan = await proves(
            f"record: describe a domain, {either.power}", Describe(ref, title, text)
        )
        assert plan
        shown = [virsh("dumpxml", "blank", *words) for words in ((), ("--inactive",))]
        assert all(("<title>Máy chủ “1”</title>" in xml) == bool(title) for xml in shown)
        assert all(("một\nhai &lt;b&gt;" in xml) == bool(text) for xml in shown)
        virsh("desc", "blank", "--config", "--title", "--new-desc", "other")
        virsh("desc", "blank", "--config", "--new-desc", "other")
        for step in plan.steps:
            typed(step.virsh, daemon.uri)
        assert [virsh("dumpxml", "blank", *words) for words in ((), ("--inactive",))] == shown
