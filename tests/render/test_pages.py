"""Pages: a plan before it is agreed to, the journal, and the report of ``kvmtui show``."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from kvmtui.host.journal import Entry
from kvmtui.model.domain import State
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Create, Merge
from kvmtui.render import journal, report
from kvmtui.render import plan as page
from tests.worlds import (
    ANSWERING,
    COMMITTING,
    NOW,
    allowed,
    branched,
    chained,
    domain,
    file,
    host,
    ref,
    world,
)


def test_the_loss_comes_first_and_the_virsh_lines_last() -> None:
    web = chained(2)
    plan = allowed(world(web), Merge(ref(web), "vda", file("web.s1.qcow2")))
    told = [(word.plain, text.plain) for word, text in page.entries(plan)]
    assert told[0][0] == "Lost"
    assert "“s2”" in told[0][1]
    assert [text for word, text in told if word == "$"] == [step.virsh for step in plan.steps]
    assert ("Does", "1. merge the layers of vda down into web.s1.qcow2") in told
    assert [word for word, _ in told].index("Does") < [word for word, _ in told].index("$")


def test_a_single_step_is_not_numbered() -> None:
    web = domain()
    told = page.entries(allowed(world(web), Create(ref(web), "s1")))
    assert ("Does", "take snapshot “s1” (disks only)") in [(w.plain, t.plain) for w, t in told]


def test_a_refusal_says_why_and_what_helps() -> None:
    ((word, told),) = page.entries(Refusal("rule", "it is off", "start it"))
    assert (word.plain, told.plain) == ("No", "it is off; start it")
    ((_, bare),) = page.entries(Refusal("rule", "it is off"))
    assert bare.plain == "it is off"


@pytest.mark.parametrize("width", [40, 80])
def test_a_page_wraps_beside_its_margin(width: int) -> None:
    web = chained(2)
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(page.page(allowed(world(web), Merge(ref(web), "vda", file("web.qcow2")))))
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    assert lines[0].startswith("Lost  the way back")


def test_the_journal_shows_the_line_and_what_came_of_it() -> None:
    ok = Entry(NOW, "kvm01", "web", "pause web", "virsh suspend --domain web", "done", 0.25, True)
    bad = Entry(NOW, "kvm01", "web", "start web", "virsh start --domain web", "no disk", 2, False)
    assert journal.text([ok, bad], "journal not written").plain.splitlines() == [
        "journal not written",
        "",
        "✔ 2026-11-21 12:00  web: pause web  0.2 s",
        "  $ virsh suspend --domain web",
        "✘ 2026-11-21 12:00  web: start web  2.0 s",
        "  $ virsh start --domain web",
        "  no disk",
    ]
    assert "Nothing" in journal.text([]).plain


def test_the_overview_is_the_list_and_the_work_that_goes_on() -> None:
    still = report.overview(world(domain("web"), domain("mail", state=State.OFF)), NOW)
    assert [line.split()[:2] for line in still.splitlines()] == [
        ["name", "state"],
        ["●", "web"],
        ["○", "mail"],
    ]
    assert "jobs\nweb vda active commit" in report.overview(world(domain(jobs=(COMMITTING,))), NOW)


def test_the_report_of_a_domain_has_a_section_for_each_pane() -> None:
    web = branched(guest=ANSWERING)
    text = report.domain(host(web), web, NOW)
    titles = [part.splitlines()[0] for part in text.split("\n\n")]
    assert titles == ["domain", "about", "snapshots", "disk chain", "guest agent", "jobs"]
    assert text.endswith("jobs\nnone\n")
    assert all(cell_len(line) <= report.WIDTH for line in text.splitlines())
    assert "\x1b" not in text
