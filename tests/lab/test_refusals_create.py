"""What libvirt refuses is refused before it is asked: both are asked the same, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import libvirt
import pytest
from lxml import etree

from kvmtui.model.guest import Answer
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Create
from tests.host.driver import Driver
from tests.lab import disk, xml
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define
from tests.lab.guest import GuestDomain
from tests.lab.refusals import DISK_ONLY, LINES, NEW, OFF, PAUSED, QUIESCE, Line
from tests.lab.test_plans_guest import answered

pytestmark = pytest.mark.lab


FROZEN = (1, 113)
"""INTERNAL_ERROR; from 11.2 on AGENT_COMMAND_FAILED."""

Scene = Callable[[Line], LabDomain]


@pytest.fixture
def scene(daemon: Daemon, tmp_path: Path) -> Iterator[Scene]:
    """Makes the domain of a line, in the state in which it is asked."""
    with ExitStack() as stack:

        def make(line: Line) -> LabDomain:
            targets = [f"vd{chr(ord('a') + number)}" for number in range(line.disks)]
            paths = [disk.create(tmp_path / f"blank-{target}.qcow2") for target in targets]
            tree = etree.fromstring(xml.blank("blank", paths))
            if line.change is not None:
                line.change(tree, tmp_path)
            define(daemon, etree.tostring(tree, encoding="unicode"))
            domain = LabDomain(daemon, "blank", tuple(paths))
            stack.callback(domain.remove)
            if line.state != OFF:
                domain.start()
            if line.state == PAUSED:
                daemon.virsh("suspend", "blank")
            if line.before is not None:
                line.before(domain)
            return domain

        yield make


def asked(daemon: Daemon, name: str, text: str, flags: int) -> int:
    """The code of libvirt's answer to a bare ``virDomainSnapshotCreateXML``."""
    handle = libvirt.open(daemon.remote)
    try:
        handle.lookupByName(name).snapshotCreateXML(text, flags)
    except libvirt.libvirtError as error:
        return int(error.get_error_code())
    finally:
        handle.close()
    return 0


def document(name: str, inner: str = NEW) -> str:
    return f"<domainsnapshot><name>{name}</name>{inner}</domainsnapshot>"


def filled(value: Any, folder: Path) -> Any:
    """With the test's folder in place of ``{in}``."""
    if isinstance(value, str):
        return value.replace("{in}", str(folder))
    return tuple(filled(part, folder) for part in value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.says.replace(" ", "-"))
async def test_kvmtui_knows_what_libvirt_will_say(
    line: Line, scene: Scene, driver: Driver, daemon: Daemon, tmp_path: Path
) -> None:
    domain = scene(line)
    ref = await driver.meet("blank")
    version = driver.host.facts.libvirt
    if line.wish is not None:
        wish = {key: filled(value, tmp_path) for key, value in line.wish.items()}
        made = await driver.plan(Create(ref, line.name, **wish))
        rule = made.rule if isinstance(made, Refusal) else ""
        assert rule == line.at(version, line.rule)
    text = document(line.name, filled(line.xml, tmp_path))
    code = await asyncio.to_thread(asked, daemon, "blank", text, line.flags)
    assert code == line.at(version, line.code)
    if line.after:
        assert domain.state == line.after


async def test_a_file_with_a_comma_is_misplaced_while_the_domain_is_off(
    scene: Scene, daemon: Daemon, tmp_path: Path
) -> None:
    """The reason of the rule: the domain cannot start any more."""
    domain = scene(Line("", 0, state=OFF))
    inner = NEW.replace("{in}/new.qcow2", str(tmp_path / "a,b"))
    assert asked(daemon, "blank", document("s1", inner), DISK_ONLY) == 0
    assert domain.sources() == {"vda": tmp_path / "a,b"}
    assert (tmp_path / "a,,b").exists()
    assert not (tmp_path / "a,b").exists()


@pytest.mark.parametrize(
    ("silence", "code", "rule"),
    [("stopped", (86,), "agent silent"), ("frozen", FROZEN, "frozen")],
)
async def test_an_agent_that_cannot_freeze_is_known(
    driver: Driver, guest: GuestDomain, daemon: Daemon, tmp_path: Path,
    silence: str, code: tuple[int, ...], rule: str,
) -> None:  # fmt: skip
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    if silence == "stopped":
        guest.stop_agent()
        driver.fleet.refresh(ref)
        await answered(driver, Answer.SILENT)
    else:
        guest.agent("guest-fsfreeze-freeze")
        driver.fleet.refresh(ref)
        await driver.until_domain("guest", lambda d: d.guest is not None and d.guest.frozen, 10)
    assert await driver.refused(Create(ref, "s1", quiesce=True)) == rule
    text = document("s1", filled(NEW, tmp_path))
    assert await asyncio.to_thread(asked, daemon, "guest", text, DISK_ONLY | QUIESCE) in code
    assert daemon.virsh("snapshot-list", "guest", "--name") == ""
    if silence == "frozen":
        assert guest.agent("guest-fsfreeze-status") == "frozen"
        guest.agent("guest-fsfreeze-thaw")
    else:
        guest.continue_agent()


async def test_a_guest_is_thawed_when_its_snapshot_fails(
    guest: GuestDomain, daemon: Daemon, tmp_path: Path
) -> None:
    (tmp_path / "new.qcow2").write_bytes(b"somebody else's")
    text = document("s1", filled(NEW, tmp_path))
    assert await asyncio.to_thread(asked, daemon, "guest", text, DISK_ONLY | QUIESCE) == 67
    assert guest.agent("guest-fsfreeze-status") == "thawed"
