"""The note of when images were written is read as it was written, and other metadata stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from kvmtui.host.virt import past
from kvmtui.model import note, parse
from kvmtui.model.note import Written
from tests.worlds import HOSTILE

RECORD = (Path(__file__).parent / "documents/snapshot.xml").read_text()
IMAGES = (Written("/img/a.qcow2", 1_795_262_400_123_456_789), Written("/img/b", 7))


def domain(text: str = "<domain><name>web</name></domain>") -> etree._Element:
    return parse.tree(text)


def test_what_was_noted_is_read_again_by_disk() -> None:
    root = domain()
    note.write(root, "vda", IMAGES)
    note.write(root, "vdb", IMAGES[1:])
    again = parse.tree(etree.tostring(root, encoding="unicode"))
    assert note.read(again, "vda") == IMAGES
    assert note.read(again, "vdb") == IMAGES[1:]
    assert note.read(again, "vdc") == ()
    assert note.read(None, "vda") == ()


def test_a_new_note_takes_the_place_of_the_old_one() -> None:
    root = domain()
    note.write(root, "vda", IMAGES)
    note.write(root, "vda", IMAGES[1:])
    assert note.read(root, "vda") == IMAGES[1:]
    assert len(root.findall("metadata")) == 1


OTHER = "<domain><metadata><a:b xmlns:a='urn:a'>kept</a:b></metadata><name>web</name></domain>"


def test_metadata_of_others_stays() -> None:
    root = domain(OTHER)
    note.write(root, "vda", IMAGES)
    note.remove(root)
    assert etree.tostring(root) == etree.tostring(domain(OTHER))
    bare = domain()
    note.write(bare, "vda", IMAGES)
    note.remove(bare)
    assert bare.find("metadata") is None


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE.values() if not any(ord(c) < 32 for c in name)]
)
def test_any_path_comes_back(name: str) -> None:
    root = domain()
    note.write(root, "vda", [Written(f"/img/{name}", 1)])
    again = parse.tree(etree.tostring(root, encoding="unicode"))
    assert note.read(again, "vda") == (Written(f"/img/{name}", 1),)


def test_it_is_read_with_the_record_and_does_not_go_into_a_domain() -> None:
    root = parse.tree(RECORD)
    then = root.find("domain")
    assert then is not None
    note.write(then, "vda", IMAGES)
    noted = etree.tostring(root, encoding="unicode")
    first, *others = parse.snapshot(noted).disks
    assert first.noted == IMAGES
    assert not any(disk.noted for disk in others)
    assert note.NAMESPACE not in past.definition(noted, "<domain/>")
    assert note.NAMESPACE not in past.running(noted, {})
