"""kvmtui killed amid a commit or a pull: a new one, by keys, brings it to a good end."""

from __future__ import annotations

import pytest

from tests.host.content import history, now
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.patience import eventually
from tests.terminal.conftest import Run
from tests.terminal.screen import layers, names, refusal, row
from tests.terminal.terminal import Terminal
from tests.terminal.walks.killed import (
    FAR,
    assert_refused,
    back_to,
    delete,
    end,
    hurry,
    job,
    kill,
    layer,
    looking,
    preserved,
)

pytestmark = [pytest.mark.terminal, pytest.mark.lab]

COMMIT = "Commit vda of blank"
AT_ONCE, MOVING = "at once", "moving"


def begun(terminal: Terminal, domain: LabDomain, moment: str) -> None:
    """Agrees to the plan that is shown, and kills kvmtui when its job runs."""
    terminal.press("right", "enter")
    if moment == AT_ONCE:
        handle = domain.handle
        while not handle.blockJobInfo("vda", 0):
            assert terminal.process.poll() is None
    else:
        terminal.until(lambda text: "5 jobs" in text and " wait until " not in text and "%" in text)
        eventually(lambda: job(domain).get("cur", 0) > 0, "the job moves")
        eventually(lambda: "s2" not in names(domain), "what is spoilt is forgotten")
    kill(terminal)


def test_before_it_was_agreed_to_nothing_has_happened(
    doomed: Terminal, deep: LabDomain, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "G", "k", "c")
    doomed.until(f"─ {COMMIT} ─")
    kill(doomed)
    screen = looking(kvmtui("-c", daemon.uri), 4)
    assert "5 jobs" not in screen.text()
    assert not job(deep)
    assert names(deep) == ["s1", "s2", "s3"]
    assert now(deep) == history(1, 2, 3, 4)
    back_to(screen, deep, "s2")
    assert now(deep) == history(1, 2)


@pytest.mark.parametrize("moment", [AT_ONCE, MOVING])
def test_an_active_commit_becomes_ready_and_is_switched_over(
    moment: str, doomed: Terminal, deep: LabDomain, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "G", "k", "c")
    doomed.until(f"─ {COMMIT} ─")
    begun(doomed, deep, moment)
    screen = looking(kvmtui("-c", daemon.uri), 4)
    screen.until(lambda text: "active commit" in text and "x cancels" in text and "%" in text)
    refusal(screen, "P", "the active commit of vda is not ready yet")
    hurry(deep)
    screen.until(lambda text: "P switches over" in text)
    end(screen, "P", "Switch over vda of blank", "Switch vda of blank over")
    screen.until(lambda text: layers(text) == 2 and not row(text, "s2") and not row(text, "s3"))
    assert names(deep) == ["s1"]
    assert deep.sources()["vda"] == layer(deep, "s1")
    assert not layer(deep, "s2").exists()
    assert not layer(deep, "s3").exists()
    assert now(deep) == history(1, 2, 3, 4)
    assert deep.holds("vda", 0x78, offset=FAR)
    back_to(screen, deep, "s1")
    assert now(deep) == history(1)


@pytest.mark.parametrize("moment", [AT_ONCE, MOVING, "ready"])
def test_an_active_commit_is_cancelled_and_what_it_spoilt_is_offered_no_more(
    moment: str, doomed: Terminal, deep: LabDomain, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "G", "k", "c")
    doomed.until(f"─ {COMMIT} ─")
    begun(doomed, deep, MOVING if moment == "ready" else moment)
    screen = looking(kvmtui("-c", daemon.uri), 4)
    screen.until("x cancels")
    if moment == "ready":
        hurry(deep)
        screen.until("P switches over")
    title = "Cancel the active commit of vda of blank"
    end(screen, "x", title, title)
    screen.until(lambda text: "merging" not in text and not row(text, "s2"))
    assert names(deep) == ["s1"]
    assert deep.sources()["vda"] == layer(deep, "s3")
    assert now(deep) == history(1, 2, 3, 4)
    assert deep.holds("vda", 0x78, offset=FAR)
    back_to(screen, deep, "s1")
    assert now(deep) == history(1)


@pytest.mark.parametrize("moment", [AT_ONCE, MOVING])
def test_a_commit_of_inner_layers_ends_while_nobody_looks_and_the_record_above_is_corrected(
    moment: str, doomed: Terminal, deep: LabDomain, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "g", "j", "space", "j", "c")
    doomed.until(f"─ {COMMIT} ─")
    doomed.until("From   ◂ blank-vda.s2 ▸")
    begun(doomed, deep, moment)
    assert job(deep)
    hurry(deep)
    eventually(lambda: not job(deep), "the job ends")
    screen = looking(kvmtui("-c", daemon.uri), 3)
    assert not layer(deep, "s2").exists()
    assert now(deep) == history(1, 2, 3, 4)
    if "s2" in names(deep):
        why = "is missing; forget “s2” first, if there is no way to it"
        assert_refused(screen, deep, "s3", why)
        assert_refused(screen, deep, "s2", "was written to since it was noted what it holds")
        delete(screen, deep, "s2", "only the record", "Forget “s2” of blank")
    if preserved(deep, "s3") != layer(deep, "s1"):
        assert_refused(screen, deep, "s3", "is missing; d can correct its record")
        title = "Correct the record of “s3” of blank"
        delete(screen, deep, "s3", "correct its record", title)
    assert names(deep) == ["s1", "s3"]
    back_to(screen, deep, "s3")
    assert now(deep) == history(1, 2, 3)
    assert deep.holds("vda", 0x77, offset=FAR)
    back_to(screen, deep, "s1")
    assert now(deep) == history(1)


def test_a_pull_ends_while_nobody_looks_and_every_snapshot_is_there(
    doomed: Terminal, deep: LabDomain, daemon: Daemon, kvmtui: Run
) -> None:
    doomed.press("3", "G", "p")
    doomed.until("─ Pull vda of blank ─")
    doomed.press("enter")
    eventually(lambda: bool(job(deep)), "the job")
    kill(doomed)
    assert job(deep)
    hurry(deep)
    eventually(lambda: not job(deep), "the job ends")
    screen = looking(kvmtui("-c", daemon.uri), 2)
    assert names(deep) == ["s1", "s2", "s3"]
    for snapshot, content in (("s3", (1, 2, 3)), ("s2", (1, 2)), ("s1", (1,))):
        back_to(screen, deep, snapshot)
        assert now(deep) == history(*content)
    back_to(screen, deep, "before-revert")
    assert now(deep) == history(1, 2, 3, 4)
    assert deep.holds("vda", 0x78, offset=FAR)
