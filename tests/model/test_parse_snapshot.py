"""A snapshot's XML becomes its record; documents that attack the reader do nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kvmtui.model import parse
from kvmtui.model.snapshot import Kind, Memory, Snapshot, SnapshotDisk

DOCUMENT = (Path(__file__).parent / "documents" / "snapshot.xml").read_text()
WITH_RAM = parse.snapshot(DOCUMENT)


def taken(inside: str) -> Snapshot:
    return parse.snapshot(f"<domainsnapshot><name>s1</name>{inside}</domainsnapshot>")


def test_the_names_are_kept_to_the_character() -> None:
    assert WITH_RAM.name == '  snap <pre> & "actualización"  '
    assert WITH_RAM.parent == "instantánea1"


def test_the_description_is_text_and_no_markup() -> None:
    assert WITH_RAM.description == "Antes de apt full-upgrade: a[/]b <b> & ]]>"


def test_state_time_and_ram_of_a_snapshot_with_a_ram_file() -> None:
    assert (WITH_RAM.state, WITH_RAM.created) == ("running", 1_795_262_400)
    assert (WITH_RAM.memory, WITH_RAM.memory_file) == (Memory.EXTERNAL, "/img/web.s2.mem")
    assert WITH_RAM.kind is Kind.EXTERNAL


def test_each_disk_has_what_was_made_and_what_was_kept() -> None:
    assert WITH_RAM.disks == (
        SnapshotDisk(
            "vda",
            "external",
            "/img/web.s2.qcow2",
            "/img/web.s1.qcow2",
            below=("/img/web.qcow2",),
        ),
        SnapshotDisk("vdb", "no", "", "/dev/vg0/data", "block", "disk", False),
        SnapshotDisk("sda", "no", "", "", "file", "cdrom", False, ()),
    )
    assert WITH_RAM.overlays == ("/img/web.s2.qcow2",)


@pytest.mark.parametrize(
    ("modes", "memory", "kind"),
    [
        (["external"], "no", Kind.EXTERNAL),
        (["internal"], "internal", Kind.INTERNAL),
        (["internal"], "no", Kind.INTERNAL),
        (["no", "external"], "no", Kind.EXTERNAL),
        (["no"], "external", Kind.EXTERNAL),
        (["no"], "internal", Kind.INTERNAL),
        (["no"], "no", Kind.NONE),
        ([], "no", Kind.NONE),
    ],
)
def test_the_kind_is_what_libvirt_counts_it_as(modes: list[str], memory: str, kind: Kind) -> None:
    disks = "".join(f"<disk name='vd{n}' snapshot='{mode}'/>" for n, mode in enumerate(modes))
    assert taken(f"<memory snapshot='{memory}'/><disks>{disks}</disks>").kind is kind


@pytest.mark.parametrize("state", ["shutoff", "disk-snapshot", "paused"])
def test_the_state_then_is_libvirts_word(state: str) -> None:
    snapshot = taken(f"<state>{state}</state>")
    assert (snapshot.state, snapshot.parent, snapshot.memory) == (state, None, Memory.NO)


def test_a_delete_that_was_interrupted_is_seen() -> None:
    disk = "<disk name='vda' snapshot='external'>{}</disk>"
    half = taken(f"<disks>{disk.format('<snapshotDeleteInProgress/>')}</disks>")
    assert half.unfinished == ("vda",)
    assert taken(f"<disks>{disk.format('')}</disks>").unfinished == ()


def definition(tag: str, **sources: str) -> str:
    disks = (
        f"<disk type='file'><source file='{path}'/><target dev='{target}'/></disk>"
        for target, path in sources.items()
    )
    return f"<{tag}><devices>{''.join(disks)}</devices></{tag}>"


@pytest.mark.parametrize("next_start", [{"vda": "/a", "vdb": "/c"}, {"vda": "/a"}])
def test_a_running_domain_that_differed_from_its_definition_can_be_told(
    next_start: dict[str, str],
) -> None:
    """A revert puts back the inactive definition, whose disks are not those that were frozen."""
    disks = "<disk name='vda' snapshot='external'/><disk name='vdb' snapshot='external'/>"
    live = f"<disks>{disks}</disks>" + definition("domain", vda="/a", vdb="/b")
    agreed = taken(live + definition("inactiveDomain", vda="/a", vdb="/b"))
    assert taken(live + definition("inactiveDomain", **next_start)) != agreed


BOMB = "<!DOCTYPE d [<!ENTITY a '{}'>{}]>".format(
    "lol" * 10,
    "".join(
        f"<!ENTITY {this} '{f'&{before};' * 30}'>"
        for before, this in zip("abcdefg", "bcdefgh", strict=True)
    ),
)


@pytest.mark.parametrize("place", ["<name>&h;</name>", "<memory file='&h;'/>"])
def test_an_entity_bomb_does_not_go_off(place: str) -> None:
    with pytest.raises(parse.Malformed):
        parse.snapshot(f"{BOMB}<domainsnapshot>{place}</domainsnapshot>")


@pytest.mark.parametrize("place", ["<name>x&e;</name>", "<description>x&e;</description>"])
def test_an_external_entity_is_not_fetched(tmp_path: Path, place: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # whoever opened it would wait for ever
    doctype = f"<!DOCTYPE d [<!ENTITY e SYSTEM 'file://{pipe}'>]>"
    with pytest.raises(parse.Malformed, match="document type"):
        parse.snapshot(f"{doctype}<domainsnapshot>{place}</domainsnapshot>")


@pytest.mark.parametrize("text", ["", "<domainsnapshot>", "<a>&undefined;</a>", "<a b=c/>"])
def test_what_is_not_xml_is_an_error_of_that_name(text: str) -> None:
    with pytest.raises(parse.Malformed):
        parse.snapshot(text)


@pytest.mark.parametrize(
    ("features", "expected"),
    [("<externalSnapshot/>", True), ("<externalSnapshot default='on'/>", True), ("<acpi/>", False)],
)
def test_the_capability_to_revert_snapshots_with_files(features: str, expected: bool) -> None:
    guest = f"<guest><features>{features}</features></guest>"
    text = f"<capabilities><host/><guest/>{guest}</capabilities>"
    assert parse.has_external_revert(text) is expected
