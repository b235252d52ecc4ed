"""The layers of a domain's disks."""

from __future__ import annotations

from kvmtui.model.disk import Disk, Layer, Mirror
from kvmtui.model.domain import Domain
from kvmtui.model.value import replace
from kvmtui.render import chain
from kvmtui.render.row import QUIET, WARN, plain
from tests.worlds import (
    GIB,
    READY,
    branched,
    chained,
    disk,
    domain,
    file,
    host,
    image,
)

LOST = disk(file("a"), file("b"))
LOST = replace(LOST, layers=(LOST.layers[0], replace(LOST.layers[1], missing=True)))


def test_a_chain_from_what_is_written_to_down_to_the_base() -> None:
    web = branched()
    assert plain(chain.rows(host(web), web, 80)).splitlines() == [
        "vda  20G qcow2 · 4 layers",
        "● /img/web.s3.qcow2                         written to                 20G  1.0G",
        "│ /img/web.s1-r.qcow2                       keeps s3                   20G  1.0G",
        "│ /img/web.root.qcow2                       keeps s1                   20G  1.0G",
        "└ /img/web.qcow2                            keeps root                 20G  1.0G",
    ]


def test_layers_of_several_formats_tell_theirs() -> None:
    top, base = disk(file("a.qcow2"), file("a.img")).layers
    web = domain("web", replace(disk(), layers=(top, replace(base, format="raw"))))
    assert plain(chain.rows(host(web), web, 80)).splitlines() == [
        "vda  20G · 2 layers",
        "● /img/a.qcow2                        written to                 20G qcow2  1.0G",
        "└ /img/a.img                                                     20G raw    1.0G",
    ]


def test_what_matters_most_of_a_layer_is_told() -> None:
    merging = disk(file("web.s1"), file("web"), mirror=Mirror("active-commit", file("web"), False))
    top, base = disk(file("a"), file("b")).layers
    locked = replace(disk(), layers=(top, replace(base, unread="Permission denied")))
    cases = {
        "missing": (domain("web", LOST), domain("mail")),
        "cannot be read": (domain("web", locked), domain("mail")),
        "merging into it": (domain("web", merging), domain("mail")),
        "also clone": (chained(1), domain("clone", disk(file("c"), file("web.qcow2")))),
        "keeps s1": (chained(1), domain("mail")),
    }
    for note, (web, other) in cases.items():
        rows = [row for row in chain.rows(host(web, other), web, 80) if row.selectable]
        assert note in rows[1].text.plain


def test_of_names_that_are_too_long_what_tells_them_apart_is_kept() -> None:
    names = ("erp-db1.after-the-month.qcow2", "erp-db1.snap-pre-upgrade.qcow2", "erp-db1.qcow2")
    erp = domain("erp-db1", disk(*map(file, names)))
    shown = [row.text.plain[2:22].rstrip() for row in chain.rows(host(erp), erp, 42)[1:]]
    assert shown == ["…after-the-month", "…snap-pre-upgrade", "erp-db1.qcow2"]


def test_drives_without_a_medium_and_chains_known_in_part() -> None:
    empty = replace(disk(target="sda", device="cdrom"), layers=())
    part = disk(file("b"), complete=False, free=3 * GIB)
    web = domain("web", empty, part)
    lines = plain(chain.rows(host(web), web, 60)).splitlines()
    assert lines[0] == "sda  cdrom, no medium"
    assert lines[1].startswith("vda  20G qcow2 · 1 layer known")
    assert lines[1].endswith("3.0G free")


def wrong() -> Domain:
    """A deep chain on a file system that it can outgrow, with a job that waits."""
    deep = chained(24, jobs=(READY,))
    assert deep.config is not None
    return replace(deep, config=replace(deep.config, disks=(disk_of(deep, free=3 * GIB),)))


def disk_of(of: Domain, **fields: object) -> Disk:
    assert of.config is not None
    return replace(of.config.disks[0], **fields)  # type: ignore[arg-type]


def test_what_is_wrong_with_a_disk_stands_below_its_heading_the_worst_first() -> None:
    rows = chain.rows(host(wrong()), wrong(), 80)
    assert plain(rows).splitlines()[:4] == [
        "vda  20G qcow2 · 25 layers                                             3.0G free",
        "! active commit is ready                                   P switches, x cancels",
        "! 24 overlays; more than 24 do not start                               c commits",
        "· can take 19G more, 3.0G free",
    ]
    assert [row.selectable for row in rows[:5]] == [False, False, False, False, True]


def test_where_there_is_little_room_only_the_worst_is_told_and_the_others_counted() -> None:
    lines = plain(chain.rows(host(wrong()), wrong(), 43, brief=True)).splitlines()
    assert lines[1] == "! active commit… P switches, x cancels · +1"
    assert lines[2].startswith("●")


def test_a_mere_note_takes_no_line_there_but_colours_what_is_free() -> None:
    thin = domain("web", disk(file("web.qcow2"), free=3 * GIB))
    roomy = domain("web", disk(file("web.qcow2"), free=30 * GIB))
    for shown, colour in ((thin, WARN), (roomy, QUIET)):
        heading, layer, *rest = chain.rows(host(shown), shown, 43, brief=True)
        assert heading.text.spans[-1].style == colour
        assert layer.selectable
        assert not rest


def test_a_disk_that_is_no_plain_file_says_what_it_is() -> None:
    secret = disk(file("a.qcow2"))
    secret = replace(secret, layers=(replace(secret.layers[0], encryption="luks"),))
    device = replace(
        disk(target="vdb"), layers=(image("/dev/vg0/data", format="raw", kind="block"),)
    )
    remote = Layer("nbd:data", "network", "raw")
    web = domain("web", secret, device, replace(disk(target="vdc"), layers=(remote,)))
    lines = plain(chain.rows(host(web), web, 80)).splitlines()
    assert lines[0] == "vda  20G qcow2 · LUKS · 1 layer"
    assert lines[2] == "vdb  20G raw · block · 1 layer"
    assert lines[4] == "vdc  disk raw · network · 1 layer"
    assert lines[5].startswith("● nbd:data")
