"""A file is an orphan only when everything that could refer to it was read, and nothing does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kvmtui.model.disk import Disk, Layer, Mirror
from kvmtui.model.domain import Domain, State
from kvmtui.model.folder import QCOW2, RAM, Folder, StoredFile
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.words import moment
from kvmtui.model.world import Host, World
from kvmtui.plans import orphans
from kvmtui.plans.flushing import KILLED, MOMENT
from kvmtui.plans.plan import Danger, Refusal
from kvmtui.plans.steps import Flush, RemoveFile
from kvmtui.plans.subject import Subject, known
from kvmtui.plans.wishes import RemoveOrphan
from tests.worlds import (
    FOLDER,
    GIB,
    NOW,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    host,
    image,
    internal,
    ref,
    refused,
)


def stored(name: str, *needs: str, **fields: Any) -> StoredFile:
    """An image, or what the fields say, that needs these files."""
    known_: dict[str, Any] = {"format": QCOW2, "used": GIB, "changed": float(NOW)}
    return StoredFile(file(name), needs=frozenset(map(file, needs)), **{**known_, **fields})


def looked(*domains: Domain, files: tuple[StoredFile, ...], **fields: Any) -> Host:
    """A host of this machine whose folder holds these files."""
    made = host(*domains, folders=(Folder(FOLDER, files),), **fields)
    return replace(made, facts=replace(made.facts, local=True))


def subject(shown: Host, name: str = "web") -> Subject:
    found = known(shown, next(d for d in shown.domains if d.name == name))
    assert found is not None
    return found


def shown(of: Host, name: str = "web") -> list[str]:
    return [found.path.rpartition("/")[2] for found in orphans.orphans(subject(of, name))]


WEB = chained(1)
"""web.qcow2 below web.s1.qcow2."""

OWN = (stored("web.qcow2"), stored("web.s1.qcow2", "web.qcow2"))
LEFT = stored("web.left.qcow2", "web.qcow2")


def test_an_image_that_stands_on_a_layer_and_that_nobody_names() -> None:
    assert shown(looked(WEB, files=(*OWN, LEFT))) == ["web.left.qcow2"]
    assert shown(looked(WEB, files=OWN)) == []


def naming(**fields: Any) -> Domain:
    """Another domain, which names the file somewhere."""
    return domain("mail", **fields)


def saving(name: str) -> Domain:
    """Another domain with a snapshot of that file."""
    taken = external("s", base="mail.qcow2", overlay=name)
    return domain("mail", forest=Forest((taken,)))


NAMED: dict[str, Callable[[], Domain]] = {
    "definition": lambda: naming(names=frozenset({LEFT.path})),
    "volume": lambda: naming(names=frozenset({"web.left.qcow2"})),
    "chain": lambda: domain("mail", disk(file("mail.qcow2"), LEFT.path)),
    "mirror": lambda: domain(
        "mail", disk(file("mail.qcow2"), mirror=Mirror("copy", LEFT.path, False))
    ),
    "overlay": lambda: saving("web.left.qcow2"),
    "record": lambda: _recorded(LEFT.path),
    "RAM file": lambda: _recorded(memory_file=LEFT.path),
    "base": lambda: _recorded(
        disks=internal("x", base="web.left.qcow2").disks,
    ),
}


def _recorded(*names: str, **fields: Any) -> Domain:
    mail = domain("mail")
    taken = replace(internal("i", base="mail.qcow2"), **fields)
    assert mail.forest is not None
    return replace(mail, forest=Forest((taken,), names=frozenset(names)))


@pytest.mark.parametrize("where", NAMED)
def test_whatever_names_it_makes_it_used(where: str) -> None:
    assert shown(looked(WEB, NAMED[where](), files=(*OWN, LEFT))) == []
    assert shown(looked(WEB, domain("mail"), files=(*OWN, LEFT))) == ["web.left.qcow2"]


@pytest.mark.parametrize(
    "user",
    [
        stored("other.qcow2", "web.left.qcow2"),
        stored("other.ram", "web.left.qcow2", format=RAM, uuid="u-other"),
    ],
    ids=["image", "saved RAM"],
)
def test_whatever_stands_on_it_makes_it_used(user: StoredFile) -> None:
    assert LEFT in orphans.orphans(subject(looked(WEB, files=(*OWN, LEFT))))
    assert LEFT not in orphans.orphans(subject(looked(WEB, files=(*OWN, LEFT, user))))


def test_of_two_orphans_above_each_other_the_upper_one_goes_first() -> None:
    higher = stored("web.higher.qcow2", "web.left.qcow2")
    assert shown(looked(WEB, files=(*OWN, LEFT, higher))) == ["web.higher.qcow2"]


def test_one_that_a_program_has_open_or_that_has_other_names_is_none() -> None:
    assert shown(looked(WEB, files=(*OWN, replace(LEFT, held=True)))) == []
    aliased = looked(WEB, files=(*OWN, LEFT))
    folder = replace(aliased.folders[0], aliases=frozenset({LEFT.path}))
    assert shown(replace(aliased, folders=(folder,))) == []


@pytest.mark.parametrize(
    ("found", "whose"),
    [
        (stored("x.qcow2", "web.s1.qcow2"), "web"),
        (stored("x.qcow2", "between.qcow2"), "web"),
        (stored("web.old.qcow2"), "web"),
        (stored("x.qcow2", "web.gone.qcow2"), "web"),
        (stored("web.old.qcow2", "mail.qcow2"), "mail"),
        (stored("mail.qcow2.bak", "web.s1.qcow2"), "web"),
        (stored("mail.1732212.qcow2"), "mail"),
        (stored("x.ram", "mail.qcow2", format=RAM, uuid="u-web"), "web"),
        (stored("web.ram", format=RAM, uuid="u-mail"), "mail"),
        (stored("web.ram", format=RAM), ""),
        (stored("golden.qcow2"), ""),
        (stored("website.qcow2"), ""),
        (stored(".qcow2"), ""),
    ],
)
def test_it_is_shown_with_the_domain_that_it_comes_from(found: StoredFile, whose: str) -> None:
    between = stored("between.qcow2", "web.qcow2")
    through = (between,) if between.path in found.needs else ()
    files = (*OWN, stored("mail.qcow2"), found, *through)
    both = looked(WEB, domain("mail"), files=files)
    assert {name for name in ("web", "mail") if shown(both, name)} == {whose} - {""}


def test_files_in_folders_where_it_has_nothing_are_not_its_own() -> None:
    elsewhere = replace(LEFT, path="/other/web.left.qcow2")
    there = looked(WEB, files=OWN)
    there = replace(there, folders=(*there.folders, Folder("/other", (elsewhere,))))
    assert shown(there) == []


def rule(of: Host) -> str:
    found = orphans.unknown(subject(of))
    return found.rule if found else ""


def open_ended(**fields: Any) -> Domain:
    """Another domain whose chain is known only in part."""
    return domain("mail", replace(disk(file("mail.s1.qcow2")), complete=False, **fields))


@pytest.mark.parametrize(
    ("others", "files", "expected"),
    [
        ((), (), ""),
        ((domain("mail"),), (), ""),
        ((replace(domain("mail"), config=None),), (), "others unread"),
        ((replace(domain("mail"), forest=None),), (), "others unread"),
        ((open_ended(),), (), "chain"),
        ((open_ended(),), (stored("mail.s1.qcow2", "mail.qcow2"),), ""),
        ((open_ended(),), (replace(stored("mail.s1.qcow2"), needs=frozenset({"/x/y"})),), "chain"),
        ((open_ended(layers=(image("/iso/a.iso", format="raw"),)),), (), ""),
        ((open_ended(layers=(image("/iso/a.iso", format="", missing=True),)),), (), ""),
        ((open_ended(layers=(Layer("rbd:a", "network"),)),), (), ""),
        ((open_ended(layers=()),), (), ""),
    ],
)
def test_nothing_is_known_as_long_as_anything_was_not_read(
    others: tuple[Domain, ...], files: tuple[StoredFile, ...], expected: str
) -> None:
    there = looked(WEB, *others, files=(*OWN, LEFT, *files))
    assert rule(there) == expected
    wish = RemoveOrphan(ref(WEB), LEFT.path)
    assert refused(World((there,)), wish) == expected


def test_nothing_is_known_of_folders_that_nobody_looked_into() -> None:
    there = looked(WEB, files=(*OWN, LEFT))
    assert rule(replace(there, folders=())) == "folder unread"
    closed = replace(there.folders[0], unread=2)
    assert rule(replace(there, folders=(closed,))) == "closed"
    assert rule(replace(there, facts=replace(there.facts, local=False))) == "remote"


@pytest.mark.parametrize(("pools", "pooled"), [(frozenset(), False), (frozenset({FOLDER}), True)])
def test_the_plan_is_the_proof(pools: frozenset[str], pooled: bool) -> None:
    there = looked(branched(), domain("mail"), files=(*OWN, LEFT))
    there = replace(there, facts=replace(there.facts, pools=pools))
    plan = allowed(World((there,)), RemoveOrphan(ref(WEB), LEFT.path))
    assert plan.steps == (Flush("web"), RemoveFile("web", LEFT.path, pooled))
    assert plan.danger is Danger.LOSS
    assert plan.losses == (f"what was written to it: 1.0G, last written {moment(NOW)}",)
    assert plan.effects == (
        MOMENT,
        KILLED,
        "no definition names it, of 2 domains of qemu:///system",
        "no record names it, of 4 snapshots",
        "no file stands on it, of 2 in /img",
    )
    assert plan.warnings == ()


def test_what_somebody_may_have_put_there_on_purpose_is_told() -> None:
    copy = stored("web.copy.qcow2")
    ram = stored("web.ram", "web.s1.qcow2", format=RAM, uuid="u-web")
    there = World((looked(WEB, files=(*OWN, copy, ram)),))
    (doubt,) = allowed(there, RemoveOrphan(ref(WEB), copy.path)).warnings
    assert "a copy" in doubt
    plan = allowed(there, RemoveOrphan(ref(WEB), ram.path))
    assert "virsh save" in plan.warnings[0]
    assert plan.losses[0].startswith("the RAM that was saved: 1.0G")


def test_what_other_machines_may_use_is_told() -> None:
    there = looked(WEB, files=(*OWN, LEFT))
    there = replace(there, folders=(replace(there.folders[0], served=True),))
    (doubt,) = allowed(World((there,)), RemoveOrphan(ref(WEB), LEFT.path)).warnings
    assert "other machines" in doubt


@pytest.mark.parametrize("path", [file("web.s1.qcow2"), file("gone.qcow2"), "/etc/passwd"])
def test_nothing_else_is_removed(path: str) -> None:
    there = World((looked(WEB, files=(*OWN, LEFT)),))
    assert refused(there, RemoveOrphan(ref(WEB), path)) == "used"


def test_images_that_would_be_spoilt_by_a_merge_into_a_base() -> None:
    clone = stored("clone.qcow2", "web.qcow2")
    ram = stored("web.ram", "web.qcow2", format=RAM, uuid="u-web")
    above = stored("above.qcow2", "clone.qcow2")
    there = subject(looked(WEB, files=(*OWN, clone, above, ram)))
    assert orphans.standing_on(there, file("web.qcow2")) == (file("clone.qcow2"),)
    assert orphans.standing_on(there, file("web.s1.qcow2")) == ()
    found = orphans.stood_on(there, (file("web.s1.qcow2"), file("web.qcow2")))
    assert found is not None
    assert found.reason == "clone.qcow2 stands on web.qcow2, though no record says so"
    assert orphans.stood_on(there, (file("web.s1.qcow2"),)) is None
    recorded = subject(looked(branched(), files=(stored("web.s2.qcow2", "web.root.qcow2"),)))
    assert orphans.standing_on(recorded, file("web.root.qcow2")) == ()


def test_a_domain_that_was_not_read_has_no_orphans() -> None:
    assert known(host(), replace(WEB, config=None)) is None
    assert known(host(), replace(WEB, forest=None)) is None
    off = looked(replace(WEB, state=State.OFF), files=(*OWN, LEFT))
    assert shown(off) == ["web.left.qcow2"]
    diskless = domain("web", Disk("sda", "cdrom"))
    assert shown(looked(diskless, files=(LEFT,))) == []


def test_a_busy_domain_is_left_alone() -> None:
    there = World((looked(replace(WEB, busy="merge"), files=(*OWN, LEFT)),))
    assert refused(there, RemoveOrphan(ref(WEB), LEFT.path)) == "busy"


def test_refusals_say_what_would_help() -> None:
    there = looked(WEB, replace(domain("mail"), config=None), files=(*OWN, LEFT))
    found = orphans.unknown(subject(there))
    assert isinstance(found, Refusal)
    assert str(found) == "not known yet: mail not read; F5 reads again"
