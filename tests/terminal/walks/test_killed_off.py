"""kvmtui killed amid a merge of a domain that was off, which it has started paused for that."""

from __future__ import annotations

import pytest

from tests.host.content import history, now
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.patience import eventually
from tests.terminal.conftest import Run
from tests.terminal.screen import finished, layers, names
from tests.terminal.terminal import Terminal
from tests.terminal.walks.killed import (
    FAR,
    back_to,
    end,
    hurry,
    job,
    kill,
    layer,
    looking,
    make_deep,
)

pytestmark = [pytest.mark.terminal, pytest.mark.lab]


@pytest.fixture
def deep(new_blank: NewBlank) -> LabDomain:
    """Like that of the other tests, but off."""
    return make_deep(new_blank)


def force_off(screen: Terminal, domain: LabDomain) -> None:
    """The power menu proposes that, as the domain was off before."""
    screen.until(lambda text: "‖ blank " in text and "off: o" in text)
    screen.until("paused for a merge")
    screen.press("o")
    screen.until("● force off")
    screen.until("it was off before, and started paused only for a merge")
    screen.press("enter", "right", "enter")
    finished(screen, "Force off blank")
    screen.until(lambda text: "○ blank " in text and "off: o" not in text)
    assert domain.power == "off"


@pytest.mark.parametrize("key", ["P", "x"])
def test_whoever_ends_the_commit_has_the_domain_off_again(
    key: str, deep: LabDomain, doomed: Terminal, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "G", "k", "c")
    doomed.until("─ Commit vda of blank ─")
    doomed.press("right", "enter")
    eventually(lambda: deep.power == "paused" and names(deep) == ["s1"], "the commit runs")
    kill(doomed)
    screen = looking(kvmtui("-c", daemon.uri), 4)
    screen.until("x cancels")
    screen.until("paused for a merge")
    if key == "P":
        hurry(deep)
        screen.until("P switches over")
        end(screen, "P", "Switch over vda of blank", "Switch vda of blank over")
    else:
        title = "Cancel the active commit of vda of blank"
        end(screen, "x", title, title)
    screen.until(lambda text: "○ blank " in text and "off: o" not in text)
    assert deep.power == "off"
    active, depth = ("s1", 2) if key == "P" else ("s3", 4)
    screen.until(lambda text: layers(text) == depth)
    assert deep.sources()["vda"] == layer(deep, active)
    assert now(deep) == history(1, 2, 3, 4)
    assert deep.holds("vda", 0x78, offset=FAR)
    assert names(deep) == ["s1"]
    back_to(screen, deep, "s1")
    assert now(deep) == history(1)


def test_a_pull_ends_while_nobody_looks_and_the_domain_is_off_again(
    deep: LabDomain, doomed: Terminal, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "G", "p")
    doomed.until("─ Pull vda of blank ─")
    doomed.press("enter")
    eventually(lambda: deep.power == "paused" and bool(job(deep)), "the pull runs")
    kill(doomed)
    hurry(deep)
    eventually(lambda: not job(deep), "the job ends")
    screen = looking(kvmtui("-c", daemon.uri), 2)
    force_off(screen, deep)
    assert now(deep) == history(1, 2, 3, 4)
    for snapshot, content in (("s2", (1, 2)), ("s3", (1, 2, 3))):
        back_to(screen, deep, snapshot)
        assert now(deep) == history(*content)
