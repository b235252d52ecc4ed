"""Files that are not used stand below the chains, with what tells whether they are missed."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.model.folder import QCOW2, RAM, Folder, StoredFile
from kvmtui.model.value import replace
from kvmtui.model.world import Host
from kvmtui.render import chain
from kvmtui.render.row import plain
from tests.worlds import DAY, FOLDER, GIB, NOW, chained, domain, file, host

WEB = chained(1)
FILES = (
    StoredFile(file("web.copy.qcow2"), QCOW2, used=5 * GIB, changed=NOW - 40 * DAY),
    StoredFile(
        file("web.left.qcow2"), QCOW2, frozenset({file("web.qcow2")}), used=GIB, changed=NOW - DAY
    ),
    StoredFile(file("web.s0.ram"), RAM, uuid="u-web", used=2 * GIB, changed=NOW - 60),
)


def beside(*others: Domain, files: tuple[StoredFile, ...] = FILES, unread: int = 0) -> Host:
    made = host(WEB, *others, folders=(Folder(FOLDER, files, unread),))
    return replace(made, facts=replace(made.facts, local=True))


def lines(of: Host, width: int = 80) -> list[str]:
    return plain(chain.rows(of, WEB, width, now=NOW)).splitlines()[3:]


def test_each_with_its_size_its_age_and_what_it_stands_on() -> None:
    assert lines(beside()) == [
        "not used  d removes",
        "? web.copy.qcow2                             on nothing                5.0G  40d",
        "? web.left.qcow2                             on web.qcow2              1.0G  24h",
        "? web.s0.ram                                 saved RAM                 2.0G   1m",
    ]


def test_they_can_be_selected_and_are_told_from_layers() -> None:
    rows = chain.rows(beside(), WEB, 43, now=NOW)[3:]
    assert [row.selectable for row in rows] == [False, True, True, True]
    assert rows[1].key == ("not used", file("web.copy.qcow2"))
    assert all(row.text.cell_len <= 43 for row in rows)


def test_where_nothing_is_known_that_is_told_instead() -> None:
    unread = replace(domain("mail"), config=None)
    assert lines(beside(unread)) == ["not used  not known yet: mail not read"]
    assert lines(beside(unread=3)) == ["not used  not known: 3 files in /img cannot be read"]


def test_where_nothing_is_left_nothing_is_told() -> None:
    assert lines(beside(files=())) == []
    assert lines(beside(replace(domain("mail"), config=None), files=())) == []
    assert lines(host(WEB)) == []


def test_who_may_not_change_anything_is_not_told_the_key() -> None:
    assert lines(replace(beside(), readonly=True))[0] == "not used"
