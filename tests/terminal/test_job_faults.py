"""A daemon that dies while a job runs: QEMU goes on, and kvmtui finds the job again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.host.content import history, now, scatter, scribble
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.patience import eventually
from tests.terminal import slow
from tests.terminal.conftest import Run, surroundings
from tests.terminal.screen import finished, layers, names
from tests.terminal.terminal import Terminal
from tests.terminal.walks.killed import FAR, SLOW, end, hurry, job

pytestmark = [pytest.mark.terminal, pytest.mark.lab]


@pytest.fixture
def layered(new_blank: NewBlank) -> LabDomain:
    """A running domain with much in its active layer."""
    domain = new_blank(mib=24)
    scribble(domain, 1)
    domain.daemon.virsh("snapshot-create-as", "blank", "s1", "--disk-only", "--atomic")
    scribble(domain, 2)
    scatter(domain.sources()["vda"], 0x77)
    domain.start()
    return domain


@pytest.fixture
def committing(layered: LabDomain) -> LabDomain:
    """The same, while virsh commits that layer, slowly."""
    words = ("blank", "vda", "--active", "--bytes", "--bandwidth", str(SLOW))
    layered.daemon.virsh("blockcommit", *words)
    return layered


@pytest.fixture
def screen(kvmtui: Run, daemon: Daemon, committing: LabDomain) -> Terminal:
    """kvmtui, after the daemon has died before its eyes and come back."""
    terminal = kvmtui("-c", daemon.uri)
    terminal.until(lambda text: layers(text) == 2 and "active commit" in text)
    daemon.kill()
    terminal.until("lost")
    daemon.start()
    terminal.until(lambda text: "lost" not in text and "x cancels" in text)
    terminal.until(lambda text: "active commit" in text and "merging" in text)
    return terminal


def test_a_plan_goes_on_that_waited_for_its_job(
    layered: LabDomain, daemon: Daemon, tmp_path: Path
) -> None:
    title = "Commit vda of blank"
    words = [sys.executable, slow.__file__, str(SLOW), "-c", daemon.uri]
    terminal = Terminal(words, surroundings(tmp_path))
    try:
        terminal.until(lambda text: layers(text) == 2)
        terminal.press("c")
        terminal.until(f"─ {title} ─")
        terminal.press("right", "enter")
        eventually(lambda: job(layered).get("cur", 0) > 0, "the job moves")
        eventually(lambda: names(layered) == [], "what it spoils is forgotten")
        daemon.kill()
        terminal.until(" lost ")
        daemon.start()
        terminal.until(lambda text: "lost" not in text and "%" in text)
        hurry(layered)
        finished(terminal, title)
        terminal.until(lambda text: layers(text) == 1)
    finally:
        daemon.start()
        terminal.forget()
    assert layered.sources()["vda"] == layered.disks[0]
    assert names(layered) == []
    assert now(layered) == history(1, 2)
    assert layered.holds("vda", 0x77, offset=FAR)


def test_the_job_becomes_ready_and_is_switched_over(
    screen: Terminal, committing: LabDomain
) -> None:
    hurry(committing)
    screen.until("P switches over")
    end(screen, "P", "Switch over vda of blank", "Switch vda of blank over")
    screen.until(lambda text: layers(text) == 1)
    assert committing.sources()["vda"] == committing.disks[0]
    assert names(committing) == []
    assert now(committing) == history(1, 2)
    assert committing.holds("vda", 0x77, offset=FAR)


def test_the_job_is_cancelled(screen: Terminal, committing: LabDomain) -> None:
    active = committing.sources()["vda"]
    title = "Cancel the active commit of vda of blank"
    end(screen, "x", title, title)
    screen.until(lambda text: layers(text) == 2 and "merging" not in text)
    assert committing.sources()["vda"] == active
    assert names(committing) == []
    assert now(committing) == history(1, 2)
    assert committing.holds("vda", 0x77, offset=FAR)
