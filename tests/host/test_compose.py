"""XML that libvirt is given says exactly what the step says, whatever is in the names."""

from __future__ import annotations

import pytest
from lxml import etree

from kvmtui.host.virt import compose, past
from kvmtui.model import parse
from kvmtui.plans.steps import AdoptSnapshot, CreateSnapshot, EditRecord, Target
from tests.worlds import HOSTILE

NAMES = {
    key: name for key, name in HOSTILE.items() if key not in ("escape", "newline", "delete", "csi")
}
"""What XML can hold at all."""

RECORD = """<domainsnapshot><name>s1</name><disks>
<disk name='vda' snapshot='external' type='file'><driver type='qcow2'/><source file='/o1'/></disk>
<disk name='vdb' snapshot='no'/><disk name='vdc' snapshot='external' type='file'/></disks>
<domain type='qemu'><name>live</name><devices/></domain>
<inactiveDomain type='qemu'><name>later</name><devices>
<disk type='file'><source file='/a'/><backingStore type='file'><source file='/b'/><backingStore/>
</backingStore><target dev='vda'/></disk><disk><source file='/c'/><backingStore/></disk>
<graphics passwd='secret'/></devices></inactiveDomain></domainsnapshot>"""

PRESENT = "<domain/>"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_descriptions_and_files_come_back_as_they_were(name: str) -> None:
    step = CreateSnapshot(
        "web",
        name,
        name,
        (Target("vda", "external", f"/img/{name}"), Target(name, "no")),
        memory_file=f"/ram/{name}",
    )
    root = etree.fromstring(compose.snapshot(step))
    assert root.findtext("name") == name
    assert root.findtext("description") == name
    memory = root.find("memory")
    assert memory is not None
    assert dict(memory.items()) == {"snapshot": "external", "file": f"/ram/{name}"}
    first, second = root.findall("disks/disk")
    source, driver = first.find("source"), first.find("driver")
    assert source is not None
    assert driver is not None
    assert source.get("file") == f"/img/{name}"
    assert driver.get("type") == "qcow2"
    assert dict(second.items()) == {"name": name, "snapshot": "no"}
    assert len(second) == 0


def test_a_block_device_is_named_as_one() -> None:
    target = Target("vda", "external", "/dev/vg/web", block=True)
    disk = etree.fromstring(compose.snapshot(CreateSnapshot("web", "", targets=(target,))))[0][0]
    assert disk.get("type") == "block"
    source = disk.find("source")
    assert source is not None
    assert dict(source.items()) == {"dev": "/dev/vg/web"}


def test_what_is_not_wished_is_not_in_it() -> None:
    text = compose.snapshot(CreateSnapshot("web", "", targets=(Target("vda", "internal"),)))
    assert text == (
        '<domainsnapshot><disks><disk name="vda" snapshot="internal"/></disks></domainsnapshot>'
    )


def test_the_inactive_definition_goes_before_the_live_one_and_without_chains() -> None:
    root = etree.fromstring(past.definition(RECORD, PRESENT))
    assert (root.tag, root.findtext("name")) == ("domain", "later")
    assert root.find(".//backingStore") is None
    assert [node.get("file") for node in root.iterfind("devices/disk/source")] == ["/a", "/c"]
    graphics = root.find("devices/graphics")
    assert graphics is not None
    assert graphics.get("passwd") == "secret"


def test_a_snapshot_taken_while_off_gives_its_only_definition() -> None:
    record = RECORD.replace("inactiveDomain", "other")
    assert etree.fromstring(past.definition(record, PRESENT)).findtext("name") == "live"


def test_a_snapshot_without_definition_is_an_error() -> None:
    with pytest.raises(ValueError, match="no definition"):
        past.definition("<domainsnapshot><name>s1</name></domainsnapshot>", PRESENT)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_only_the_named_overlays_of_a_record_change(name: str) -> None:
    text = compose.with_overlays(RECORD, (("vda", f"/{name}"), ("vdc", "/new"), ("vdz", "/none")))
    found = parse.snapshot(text)
    assert [(disk.target, disk.mode, disk.overlay) for disk in found.disks] == [
        ("vda", "external", f"/{name}"),
        ("vdb", "no", ""),
        ("vdc", "external", "/new"),
    ]
    assert compose.with_overlays(RECORD, ()).replace('"', "'") == RECORD


def test_an_overlay_that_is_recorded_anew_has_no_mark_of_an_interrupted_delete() -> None:
    record = (
        "<domainsnapshot><disks><disk name='vda' snapshot='external'><snapshotDeleteInProgress/>"
        "<source file='/a'/></disk><disk name='vdb' snapshot='external'>"
        "<snapshotDeleteInProgress/><source file='/b'/></disk></disks></domainsnapshot>"
    )
    assert parse.snapshot(record).unfinished == ("vda", "vdb")
    assert parse.snapshot(compose.with_overlays(record, (("vda", "/a"),))).unfinished == ("vdb",)


def test_a_record_with_entities_is_refused() -> None:
    text = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d><name>&e;</name><domain/></d>'
    with pytest.raises(ValueError, match="document type"):
        past.definition(text, PRESENT)


STAYING = """<domain><devices><disk type='block' device='disk'><driver type='raw'/>
<source dev='/dev/now'/><target dev='vda'/><address slot='9'/></disk>
<disk type='file'><source file='/now'/><target dev='vdz'/></disk></devices></domain>"""


def test_a_disk_that_stays_keeps_its_image_of_now_in_the_drive_of_then() -> None:
    root = etree.fromstring(past.definition(RECORD, STAYING, ("vda", "vdz")))
    disk, other = root.findall("devices/disk")
    assert disk.get("type") == "block"
    assert [dict(node.items()) for node in disk if node.tag in ("source", "driver")] == [
        {"type": "raw"},
        {"dev": "/dev/now"},
    ]
    assert disk.find("address") is None
    source = other.find("source")
    assert source is not None
    assert source.get("file") == "/c"
    untouched = etree.fromstring(past.definition(RECORD, STAYING, ()))
    assert [node.get("file") for node in untouched.iterfind("devices/disk/source")] == ["/a", "/c"]


LIVE = """<domainsnapshot><name>s1</name><domain type='qemu' id='7'><devices>
<disk type='block'><driver name='qemu' type='raw' cache='none'/><source dev='/dev/b' index='2'/>
<backingStore type='file'><source file='/b'/><backingStore/></backingStore><target dev='vda'/>
</disk><disk type='file' device='cdrom'><source file='/iso'/><target dev='sda'/></disk></devices>
</domain><inactiveDomain><devices/></inactiveDomain></domainsnapshot>"""


def test_ram_gets_the_running_definition_on_the_new_overlays() -> None:
    root = etree.fromstring(past.running(LIVE, {"vda": "/new", "vdz": "/none"}))
    assert (root.tag, root.find(".//backingStore")) == ("domain", None)
    disk, cdrom = root.findall("devices/disk")
    source, driver, iso = disk.find("source"), disk.find("driver"), cdrom.find("source")
    assert source is not None
    assert driver is not None
    assert iso is not None
    assert (disk.get("type"), dict(source.items())) == ("file", {"file": "/new"})
    assert dict(driver.items()) == {"name": "qemu", "type": "qcow2", "cache": "none"}
    assert iso.get("file") == "/iso"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_an_edited_record_differs_in_nothing_else(name: str) -> None:
    step = EditRecord("web", "s1", name, name, name)
    for before in (RECORD, RECORD.replace("</name>", "</name><parent><name>p</name></parent>", 1)):
        root = etree.fromstring(compose.edited(before, step))
        found = [root.findtext(path) for path in ("name", "description", "parent/name")]
        assert found == [name] * 3
        for tag in ("domain", "inactiveDomain", "disks"):
            kept, was = root.find(tag), etree.fromstring(before).find(tag)
            assert kept is not None
            assert was is not None
            assert etree.tostring(kept) == etree.tostring(was)
    assert compose.edited(RECORD, EditRecord("web", "s1")).replace('"', "'") == RECORD


@pytest.mark.parametrize("ram", [True, False])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_an_adopted_snapshot_is_recorded_around_the_present_definition(
    name: str, ram: bool
) -> None:
    present = "<domain type='qemu'><name>web</name><graphics passwd='secret'/></domain>"
    text = compose.adopted(present, AdoptSnapshot("web", name, name, 7, ram, ("vda",), ("sda",)))
    found, root = parse.snapshot(text), etree.fromstring(text)
    assert (root.findtext("name"), found.created, found.parent) == (name, 7, None)
    assert root.findtext("description") == name
    assert (found.state, found.memory.value) == (
        ("running", "internal") if ram else ("shutoff", "no")
    )
    assert [(disk.target, disk.mode) for disk in found.disks] == [
        ("vda", "internal"),
        ("sda", "no"),
    ]
    domain = root.find("domain")
    assert domain is not None
    assert etree.tostring(domain, encoding="unicode").replace('"', "'") == present
