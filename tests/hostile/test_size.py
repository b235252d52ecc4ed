"""What is very large is read and drawn soon, or not at all; times are those of the processor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kvmtui.model import comparison, parse
from kvmtui.model.snapshot import Forest, Snapshot
from kvmtui.plans import health, planner
from kvmtui.plans.wishes import Create
from kvmtui.render import chain, snapshots, xml
from tests.worlds import NOW, domain, host, ref, world

SOON = 3.0
"""Seconds; each of these took minutes where it was done for every part of every part."""


@contextmanager
def soon() -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < SOON


def disks(count: int, folder: str = "i") -> str:
    each = "<disk type='file'><source file='/{folder}/{n}'/><target dev='v{n}'/></disk>"
    listed = "".join(each.format(folder=folder, n=n) for n in range(count))
    return f"<domain><devices>{listed}</devices></domain>"


def record(count: int, definition: str) -> str:
    listed = "".join(f"<disk name='v{n}' snapshot='external'/>" for n in range(count))
    return f"<domainsnapshot><name>s</name><disks>{listed}</disks>{definition}</domainsnapshot>"


def test_as_many_disks_as_there_may_be() -> None:
    many = parse.MOST_DISKS
    with soon():
        assert len(parse.snapshot(record(many, disks(many))).disks) == many
        web = domain("web", *parse.domain(disks(many)).disks)
        health.findings(host(web), web)
        assert len(chain.rows(host(web), web, 80)) >= many
        planner.make(world(web), Create(ref(web), "s"))


def test_more_disks_than_any_machine_has() -> None:
    text = disks(100_000)
    for read, document in ((parse.domain, text), (parse.snapshot, record(100_000, text))):
        with soon(), pytest.raises(parse.Malformed, match="100000 disks"):
            read(document)


@pytest.mark.parametrize("text", ["<a>" * 100_000, "<a>" + "<b/>" * 10**6, "<a b='" + "x" * 2**24])
def test_a_document_without_end(text: str) -> None:
    with soon(), pytest.raises(parse.Malformed):
        parse.domain(text)


def test_snapshots_upon_snapshots() -> None:
    taken = (Snapshot(f"s{n}", f"s{n - 1}" if n else None, created=n) for n in range(5000))
    web = domain("web", forest=Forest(tuple(taken), "s4999"))
    with soon():
        assert web.forest is not None
        assert web.forest.tangle == ""
        rows = snapshots.rows(web, 40, NOW)
    assert len(rows) == 5001
    assert rows[4000].text.plain.startswith("⋯ ")
    assert " s4000 " in rows[4000].text.plain


def test_definitions_too_long_to_compare() -> None:
    then, now = record(0, disks(5000)), disks(5000, "j")
    with soon(), pytest.raises(ValueError, match="too long"):
        comparison.compare(then, now, {})


def test_a_page_without_end() -> None:
    with soon():
        page = xml.page("<a/>\n" * 10**6, "virsh dumpxml web")
    assert page.plain.count("\n") < 2 * xml.MOST
    assert page.plain.endswith("⋯ 998000 lines more: the line above prints them all\n")
