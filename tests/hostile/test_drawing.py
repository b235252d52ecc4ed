"""Whatever a value holds, it is drawn within its width, and nothing in it is obeyed."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from kvmtui.host.journal import Entry
from kvmtui.model.comparison import Comparison
from kvmtui.model.world import Host, World
from kvmtui.plans import health
from kvmtui.render import (
    chain,
    details,
    domains,
    guest,
    jobs,
    journal,
    layer,
    report,
    snapshots,
    xml,
)
from kvmtui.render.row import Row
from tests.hostile.values import harmless, hosts, of, texts
from tests.worlds import NOW

WIDTHS = st.one_of(st.integers(1, 20), st.sampled_from((40, 80, 160)))


def check(rows: Iterable[Row], width: int) -> None:
    for row in rows:
        assert row.text.cell_len <= width
        assert harmless(row.text.plain), ascii(row.text.plain)


def check_texts(told: Iterable[Text]) -> None:
    for text in told:
        assert harmless(text.plain.replace("\n", "")), ascii(text.plain)


@given(hosts, WIDTHS)
def test_panes(host: Host, width: int) -> None:
    check(domains.rows(World((host,)), width, NOW), width)
    check(jobs.rows(World((host,)), width, NOW), width)
    for shown in host.domains:
        stale = health.stale(host, shown)
        check(snapshots.rows(shown, width, NOW, stale=stale), width)
        check(chain.rows(host, shown, width, now=NOW), width)
        check(guest.rows(shown, width), width)


@given(hosts)
def test_details(host: Host) -> None:
    for shown in host.domains:
        names = [s.name for s in shown.forest.snapshots] if shown.forest else []
        for name in (None, *names):
            check_texts(details.told(shown, name))
        for disk in shown.config.disks if shown.config else ():
            for each in disk.layers:
                check_texts(layer.details(host, shown, disk.target, each.source))


@given(hosts)
def test_plain_text(host: Host) -> None:
    pages = [report.overview(World((host,)), NOW)]
    pages += [report.domain(host, shown, NOW) for shown in host.domains]
    for page in pages:
        assert harmless(page.replace("\n", ""))


@given(st.lists(of(Entry), max_size=3), texts)
def test_the_journal(entries: list[Entry], trouble: str) -> None:
    check_texts([journal.text(entries, trouble)])


@given(texts, texts, of(Comparison))
def test_pages_of_xml(document: str, virsh: str, comparison: Comparison) -> None:
    check_texts([xml.page(document, virsh), xml.changes(comparison, virsh)])
