"""Records that go back to libvirt say the truth about the layers, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from kvmtui.host.virt import record
from kvmtui.model import parse, xml
from kvmtui.plans.steps import Amend
from tests.host.test_compose import NAMES

RECORD = (Path(__file__).parents[1] / "model/documents/snapshot.xml").read_text()
TOP, BASE = "/img/web.s1.qcow2", "/img/web.qcow2"


def standing_on(text: str, merged: str, base: str, kind: str, format: str, *between: str) -> str:
    """The record once ``merged`` and the layers between went into ``base``."""
    step = Amend("web", "vda", merged, base, kind, format, ("s2",), between)
    return record.standing_on(text, step)


def chains(text: str, target: str = "vda") -> list[list[str]]:
    """The recorded chain of a disk, in the running definition and in the other."""
    found = []
    for definition in ("domain", "inactiveDomain"):
        for disk in etree.fromstring(text).iterfind(f"{definition}/devices/disk"):
            node = disk.find("target")
            assert node is not None
            if node.get("dev") == target:
                found.append([xml.source_of(source) for source in disk.iter("source")])
    return found


def test_what_stood_on_the_merged_layer_stands_on_its_base() -> None:
    assert chains(RECORD) == [[TOP, BASE]] * 2
    after = standing_on(RECORD, TOP, BASE, "file", "raw")
    assert chains(after) == [[BASE]] * 2
    assert chains(after, "vdb") == chains(RECORD, "vdb")
    before, now = parse.snapshot(RECORD), parse.snapshot(after)
    assert now.disks[0].base == BASE
    assert now.disks[0].overlay == before.disks[0].overlay
    assert now.disks[0].chain_recorded
    assert (now.disks[1:], now.name, now.parent) == (before.disks[1:], before.name, before.parent)
    assert "index" not in after


def test_the_format_and_kind_are_those_of_the_base() -> None:
    driver = RECORD.replace(
        "<source file='/img/web.s1", "<driver type='qcow2'/><source file='/img/web.s1"
    )
    after = etree.fromstring(standing_on(driver, TOP, "/dev/vg/web", "block", "raw"))
    disk = after.find("domain/devices/disk")
    assert disk is not None
    assert disk.get("type") == "block"
    assert [dict(node.items()) for node in disk if node.tag in ("driver", "source")] == [
        {"type": "raw"},
        {"dev": "/dev/vg/web"},
    ]


def test_a_chain_that_was_not_recorded_is_not_made_up() -> None:
    bare = RECORD.replace(
        f"<backingStore type='file'><source file='{BASE}'/><backingStore/></backingStore>", ""
    )
    assert chains(standing_on(bare, TOP, BASE, "file", "qcow2")) == [[BASE]] * 2


def test_a_layer_further_down_is_cut_out_of_the_recorded_chain() -> None:
    deep = RECORD.replace(
        "<backingStore/>",
        "<backingStore type='file'><source file='/img/golden'/><backingStore/></backingStore>",
    )
    assert chains(deep) == [[TOP, BASE, "/img/golden"]] * 2
    after = standing_on(deep, BASE, "/img/golden", "file", "raw")
    assert chains(after) == [[TOP, "/img/golden"]] * 2
    untouched = standing_on(deep, "/img/other", "/img/golden", "file", "raw")
    assert chains(untouched) == chains(deep)


def test_layers_between_the_merged_one_and_the_base_are_cut_out_too() -> None:
    below = "".join(
        f"<backingStore type='file'><source file='/img/{n}'/>" for n in ("one", "two", "golden")
    )
    deep = RECORD.replace("<backingStore/>", below + "<backingStore/>" + "</backingStore>" * 3)
    assert chains(deep) == [[TOP, BASE, "/img/one", "/img/two", "/img/golden"]] * 2
    between = (BASE, "/img/one", "/img/two")
    after = standing_on(deep, TOP, "/img/golden", "file", "raw", *between)
    assert chains(after) == [["/img/golden"]] * 2
    after = standing_on(deep, BASE, "/img/golden", "file", "raw", *between[1:])
    assert chains(after) == [[TOP, "/img/golden"]] * 2


@pytest.mark.parametrize("name", [None, *NAMES.values()], ids=["none", *NAMES])
def test_a_record_hangs_below_another_parent(name: str | None) -> None:
    after = record.below(RECORD, name)
    assert parse.snapshot(after).parent == name
    assert chains(after) == chains(RECORD)


def test_what_a_document_needs_are_its_layers_and_its_ram() -> None:
    assert set(parse.needed(RECORD)) == {TOP, BASE, "/dev/vg0/data", "/img/web.s2.mem"}


def test_the_folder_of_a_pool_of_files() -> None:
    pool = "<pool type='{}'><target><path>/img</path></target></pool>"
    assert parse.pool_folder(pool.format("dir"), ("dir", "fs")) == "/img"
    assert parse.pool_folder(pool.format("logical"), ("dir", "fs")) == ""
    assert parse.pool_folder("<pool/>", ("dir",)) == ""
