"""No row is wider than its pane, and no name from outside is obeyed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import pytest
from rich.text import Text

from kvmtui.host.journal import Entry
from kvmtui.model.domain import Domain
from kvmtui.model.guest import Channel, FileSystem
from kvmtui.model.value import replace
from kvmtui.model.world import Host, World
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Revert
from kvmtui.render import chain, details, domains, guest, jobs, journal, report, snapshots
from kvmtui.render import plan as plan_page
from kvmtui.render.row import ACCENT, BAD, GOOD, QUIET, STRONG, WARN, Row
from tests.worlds import (
    ANSWERING,
    COMMITTING,
    HOSTILE,
    NOW,
    READY,
    allowed,
    branched,
    chained,
    facts,
    host,
    ref,
    world,
)

PANES = ("domains", "snapshots", "chain", "guest", "jobs")


def named(name: str) -> Host:
    """A host on which everything is called so."""
    inside = replace(
        ANSWERING,
        hostname=name,
        os=name,
        version=name,
        addresses=(name,),
        trouble=name,
        filesystems=(FileSystem(name, name[:9], 10, 5),),
    )
    web = chained(
        3, name, channel=Channel.CONNECTED, guest=inside, title=name, description=name, trouble=name
    )
    assert web.forest is not None
    taken = [replace(s, description=name, state=name) for s in web.forest.snapshots]
    taken[-1] = replace(taken[-1], name=name)
    forest = replace(web.forest, snapshots=tuple(taken), current=name)
    web = replace(web, forest=forest, jobs=(COMMITTING,))
    busy = replace(chained(1, "busy"), busy=name)
    return host(web, busy, facts=replace(facts(), name=name))


def rows(pane: str, here: Host, shown: Domain, width: int) -> Iterable[Row]:
    match pane:
        case "domains":
            return domains.rows(World((here, replace(here, uri="b"))), width, NOW)
        case "snapshots":
            return snapshots.rows(shown, width, NOW)
        case "chain":
            return chain.rows(here, shown, width)
        case "guest":
            return guest.rows(shown, width)
        case _:
            return jobs.rows(World((here,)), width, NOW)


def harmless(text: str) -> bool:
    unwanted = {"Cc", "Cs", "Zl", "Zp"}
    bidi = {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}
    return not any(
        unicodedata.category(c) in unwanted or unicodedata.bidirectional(c) in bidi
        for c in text.replace("\n", "")
    )


def too_wide(pane: str, here: Host) -> dict[int, str]:
    """A row that does not fit, for each width at which there is one."""
    return {
        width: row.text.plain
        for width in range(20, 121)
        for row in rows(pane, here, here.domains[0], width)
        if row.text.cell_len > width
    }


@pytest.mark.parametrize("pane", PANES)
def test_no_row_is_wider_than_its_pane(pane: str) -> None:
    jobs = (COMMITTING, replace(READY, disk="vdb"))
    web = branched(jobs=jobs, channel=Channel.CONNECTED, guest=ANSWERING)
    wide = too_wide(pane, host(web, chained(12, "a-rather-long-name-of-a-domain")))
    assert not wide, f"up to {max(wide)} columns, for example {wide[max(wide)]!r}"


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize("name", ["long", "wide", "combining", "emoji"])
def test_no_name_makes_a_row_wider_than_its_pane(pane: str, name: str) -> None:
    wide = {width for width in too_wide(pane, named(HOSTILE[name])) if width >= 60}
    assert not wide


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_name_controls_anything_in_a_pane(pane: str, name: str) -> None:
    here = named(name)
    for row in rows(pane, here, here.domains[0], 80):
        assert harmless(row.text.plain)
        assert "\n" not in row.text.plain


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_pages_of_text_obey_no_name(name: str) -> None:
    here = named(name)
    entry = Entry(NOW, name, name, name, name, name, 0.1, False)
    pages = [
        journal.text([entry], name).plain,
        report.overview(World((here,)), NOW),
        report.domain(here, here.domains[0], NOW),
        *(text.plain for text in details.told(here.domains[0], name)),
        *(part.plain for e in plan_page.entries(Refusal(name, name, name)) for part in e),
    ]
    assert [page for page in pages if not harmless(page)] == []


@pytest.mark.parametrize("name", ["[red]x[/red]", "a[/]b", "[link=x]"])
def test_brackets_are_text_and_never_a_style(name: str) -> None:
    here = named(name)
    drawn: list[Text] = []
    for pane in PANES:
        drawn += [row.text for row in rows(pane, here, here.domains[0], 80)]
    assert any(name in text.plain for text in drawn)
    styles = {str(span.style) for text in drawn for span in text.spans}
    assert styles <= {QUIET, GOOD, WARN, BAD, ACCENT, STRONG, ""}


@pytest.mark.parametrize("name", [n for n in HOSTILE.values() if "/" not in n], ids=ascii)
def test_a_plan_for_any_name_is_shown_harmlessly(name: str) -> None:
    web = chained(1, name)
    for word, told in plan_page.entries(allowed(world(web), Revert(ref(web), "s1"))):
        assert harmless(told.plain)
        assert "\n" not in told.plain
        assert len(word.plain) <= 4
