"""Several snapshots, disks and branches, by keys; the content of each is compared every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.content import history, now, pages, scribble
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.terminal.conftest import Run
from tests.terminal.screen import agree, choose, finished, go_to, layers, names, recorded, row, take
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.lab]

Content = tuple[int, ...]


def looking(kvmtui: Run, daemon: Daemon, domain: LabDomain) -> Terminal:
    """kvmtui on that domain."""
    terminal = kvmtui("-c", daemon.uri)
    go_to(terminal, domain.name)
    terminal.until(lambda text: layers(text) == 1)
    return terminal


def preserved(domain: LabDomain, name: str) -> Content:
    """What the file holds that a revert to the snapshot would go back to."""
    record = recorded(domain).get(name)
    assert record is not None
    return pages(Path(record.disks[0].base))


def test_only_the_second_disk(kvmtui: Run, daemon: Daemon, new_blank: NewBlank) -> None:
    domain = new_blank(disks=3, mib=24)
    domain.start()
    screen = looking(kvmtui, daemon, domain)
    screen.press("s")
    screen.until("Take a snapshot of blank ─")
    screen.press("only-vdb", "tab", "tab", "tab", "space", "tab", "tab", "space")
    screen.until(lambda text: "[ ] include vda" in text and "[ ] include vdc" in text)
    screen.until("not included: vda, vdc")
    screen.press("enter")
    finished(screen, "Take a snapshot of blank")
    overlay = domain.disks[1].with_name("blank-vdb.only-vdb.qcow2")
    assert domain.sources() == {"vda": domain.disks[0], "vdb": overlay, "vdc": domain.disks[2]}
    for target in ("vda", "vdb", "vdc"):
        scribble(domain, 1, target)
    screen.press("2", "g")
    agree(screen, "r", "Revert blank to “only-vdb”")
    assert now(domain, "vda") == history(1)
    assert now(domain, "vdb") == history(first=0x22)
    assert now(domain, "vdc") == history(1, first=0x33)


@pytest.mark.parametrize("state", ["running", "shut off"])
def test_the_middle_one_of_three_goes(
    kvmtui: Run, daemon: Daemon, new_blank: NewBlank, state: str
) -> None:
    domain = new_blank(mib=24)
    if state == "running":
        domain.start()
    screen = looking(kvmtui, daemon, domain)
    for number in (1, 2, 3):
        scribble(domain, number)
        take(screen, "blank", f"s{number}")
        screen.until(lambda text, n=number: layers(text) == n + 1)  # type: ignore[misc]
    scribble(domain, 4)
    choose(screen, domain, "s2")
    agree(screen, "d", "Delete “s2” of blank")
    screen.until(lambda text: layers(text) == 3 and not row(text, "s2"))
    assert names(domain) == ["s1", "s3"]
    assert domain.state == state
    assert now(domain) == history(1, 2, 3, 4)
    assert preserved(domain, "s1") == history(1)
    assert preserved(domain, "s3") == history(1, 2, 3)


def test_two_branches_are_switched_between_and_nothing_is_lost(
    kvmtui: Run, daemon: Daemon, new_blank: NewBlank
) -> None:
    domain = new_blank(mib=24)
    domain.start()
    screen = looking(kvmtui, daemon, domain)
    held: dict[str, Content] = {}

    def taken(name: str, number: int) -> None:
        scribble(domain, number)
        take(screen, "blank", name)
        held[name] = now(domain)

    def back_to(name: str, number: int) -> None:
        """Writes what no snapshot holds yet, and goes back: it is kept by one more."""
        scribble(domain, number)
        before, known = now(domain), set(names(domain))
        choose(screen, domain, name)
        agree(screen, "r", f"Revert blank to “{name}”")
        (safety,) = set(names(domain)) - known
        held[safety] = before
        assert now(domain) == held[name]
        for other, content in held.items():
            assert preserved(domain, other) == content, f"{other}, after going back to {name}"

    taken("root", 1)
    taken("north", 2)
    back_to("root", 3)
    taken("south", 4)
    for number, name in enumerate(("north", "south", "north", "south", "north"), 5):
        back_to(name, number)
    assert domain.state == "running"
    assert len(held) == 3 + 6
