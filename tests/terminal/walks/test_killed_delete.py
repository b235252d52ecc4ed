"""kvmtui killed amid a delete of libvirt's own, which nobody can cancel."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.host.content import history, now
from tests.lab import disk
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, monitor
from tests.lab.patience import eventually
from tests.terminal.conftest import Run
from tests.terminal.screen import agree, choose, finished, layers, names, row
from tests.terminal.terminal import PATIENCE, Terminal
from tests.terminal.walks.killed import (
    FAR,
    SLOW,
    assert_refused,
    back_to,
    job,
    kill,
    layer,
    looking,
)

pytestmark = [pytest.mark.terminal, pytest.mark.lab]

MUCH = 2**28


@pytest.fixture
def bulky(deep: LabDomain) -> LabDomain:
    """The same, with more below s3 than is merged before somebody can slow that down."""
    deep.destroy()
    disk.write(layer(deep, "s2"), 0x77, offset=4 * FAR, length=MUCH)
    deep.start()
    return deep


def deleting(terminal: Terminal, domain: LabDomain) -> None:
    """Deletes s2 as libvirt does it, and kills kvmtui when that merges, which is slow then."""
    choose(terminal, domain, "s2")
    terminal.press("d")
    terminal.until("Lost  the way back to “s2”")
    terminal.press("right", "enter")
    end = time.monotonic() + PATIENCE
    while not limited(domain, SLOW):  # and nothing else: all is merged in some tenths of a second
        assert terminal.process.poll() is None
        assert time.monotonic() < end, "it was done before it could be slowed down, or not begun"
    eventually(lambda: job(domain).get("cur", 0) > 0, "the merge moves")
    kill(terminal)


def limited(domain: LabDomain, speed: int) -> bool:
    """Tells QEMU itself how many bytes per second its job may do, once there is one that runs.

    libvirt's delete lets nobody else do so.
    """

    def ask(order: str, **arguments: object) -> Any:
        text = json.dumps({"execute": order, "arguments": arguments})
        return json.loads(monitor(handle, text, 0))

    handle = domain.handle
    jobs = ask("query-block-jobs")["return"]
    told = [ask("block-job-set-speed", device=job["device"], speed=speed) for job in jobs]
    return bool(told) and all("return" in answer for answer in told)


def test_a_delete_of_libvirts_own_goes_on(
    bulky: LabDomain, doomed: Terminal, daemon: Daemon, kvmtui: Run
) -> None:
    deleting(doomed, bulky)
    screen = looking(kvmtui("-c", daemon.uri), 4)
    screen.until(lambda text: "5 jobs" in text and row(text, "s2 half merged"))
    assert_refused(screen, bulky, "s3", "a commit runs on vda; wait for it to end")
    assert limited(bulky, 0)
    screen.until(lambda text: layers(text) == 3 and "s2" not in text and "unfinished" not in text)
    assert names(bulky) == ["s1", "s3"]
    assert now(bulky) == history(1, 2, 3, 4)
    back_to(screen, bulky, "s3")
    assert now(bulky) == history(1, 2, 3)
    assert bulky.holds("vda", 0x77, offset=FAR)
    assert bulky.holds("vda", 0x77, offset=4 * FAR, length=MUCH)


def test_a_delete_of_libvirts_own_is_cut_short_and_done_again(
    bulky: LabDomain, doomed: Terminal, daemon: Daemon, kvmtui: Run
) -> None:
    deleting(doomed, bulky)
    screen = looking(kvmtui("-c", daemon.uri), 4)
    screen.until(lambda text: "5 jobs" in text and row(text, "s2 half merged"))
    screen.press("o")
    screen.until("Power of blank ─")
    screen.press("down", "down", "enter")
    screen.until("ends unfinished")
    screen.press("right", "enter")
    finished(screen, "Force off blank")
    screen.until("○ blank ")
    assert_refused(screen, bulky, "s2", "is partly overwritten; delete it again")
    assert_refused(screen, bulky, "s1", "a delete of “s2” was interrupted")
    choose(screen, bulky, "s2")
    agree(screen, "d", "Delete “s2” of blank")
    screen.until(lambda text: layers(text) == 3 and "unfinished" not in text)
    assert names(bulky) == ["s1", "s3"]
    assert bulky.power == "off"
    assert now(bulky) == history(1, 2, 3, 4)
    back_to(screen, bulky, "s3")
    assert now(bulky) == history(1, 2, 3)
    assert bulky.holds("vda", 0x77, offset=4 * FAR, length=MUCH)
