"""The real screen over libvirt's test driver: keys, and what libvirt has afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.fleet import Fleet
from kvmtui.host.virt import Opener
from kvmtui.ui.app import Kvmtui
from tests.ui.stage import text, until

NODE = """<node><domain type='test'><name>dc-hanoi</name>
<uuid>7f9c2b10-0000-4000-8000-000000000001</uuid><memory>65536</memory><os><type>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/images/dc-hanoi.qcow2'/>
<driver name='qemu' type='qcow2'/><target dev='vda'/></disk></devices></domain></node>"""


@pytest.fixture
def opener(tmp_path: Path) -> Iterator[Opener]:
    node = tmp_path / "node.xml"
    node.write_text(NODE)
    opener = Opener(f"test://{node}")
    yield opener
    opener.open().close()


def names(opener: Opener) -> list[str]:
    """What libvirt says, asked directly."""
    found: list[str] = []

    def ask(handle: Any) -> None:
        found.extend(handle.lookupByName("dc-hanoi").snapshotListNames())

    opener.open().lend(ask)
    return sorted(found)


async def test_a_snapshot_is_taken_reverted_to_and_deleted_by_keys(
    opener: Opener, tmp_path: Path
) -> None:
    app = Kvmtui(Fleet([opener], tmp_path))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "dc-hanoi" in text(pilot))
        await until(pilot, lambda: "no snapshots yet" in text(pilot) and "1 layer" in text(pilot))
        await pilot.press("s")
        await until(pilot, lambda: "Take" in text(pilot))
        await pilot.press(*"truoc", "enter")
        await until(pilot, lambda: "● truoc" in text(pilot))
        assert names(opener) == ["truoc"]
        await pilot.press("2", "home", "r")
        await until(pilot, lambda: "Cancel" in text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: "✔ Revert dc-hanoi to “truoc”: done" in text(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "the way back to “truoc”" in text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: "no snapshots yet" in text(pilot))
        assert names(opener) == []


async def test_a_snapshot_made_elsewhere_is_found_within_ten_seconds(
    opener: Opener, tmp_path: Path
) -> None:
    app = Kvmtui(Fleet([opener], tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no snapshots yet" in text(pilot))
        xml = "<domainsnapshot><name>by-virsh</name></domainsnapshot>"
        opener.open().lend(lambda handle: handle.lookupByName("dc-hanoi").snapshotCreateXML(xml, 0))
        await until(pilot, lambda: "by-virsh" in text(pilot), 10)
