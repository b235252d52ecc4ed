"""The demo driven by keys alone: the whole way from a snapshot to its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.conftest import running
from tests.terminal.screen import agree, closed, domains, finished, go_to, layers, row, take
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.embed]

FLEET = ("build-ci", "dc-hanoi", "erp-db1", "files01", "intranet-web", "mail-gw")


@pytest.fixture(scope="module")
def demo(burrow: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A demo whose fleet is being made still; every test works on a domain of its own."""
    state = tmp_path_factory.mktemp("state")
    with running(state, "--demo", TMPDIR=str(burrow)) as terminal:
        terminal.until(lambda text: re.search("● erp-db1 +4 +5 ", text), 60)
        yield terminal


def test_every_domain_is_listed_with_its_state(demo: Terminal) -> None:
    text = demo.until("a throwaway host with real QEMU, gone when you quit")
    assert domains(text) == dict(zip(FLEET, "○‖●○●●", strict=True))


def test_a_commit_shows_its_progress_and_takes_the_layers_away(demo: Terminal) -> None:
    go_to(demo, "erp-db1")
    demo.until(lambda text: layers(text) == 5)
    take(demo, "erp-db1", "by-keys")
    text = demo.until(lambda text: layers(text) == 6 and row(text, "by-keys"))
    assert row(text, "by-keys").startswith("disks ")

    seen: set[str] = set()
    demo.press("c")
    demo.until("Commit vda of erp-db1 ─")
    demo.press("tab", "tab", "down")  # from Cancel over the other button to the layers
    demo.until("◂ erp-db1.trước-nâng-cấp ▸")
    demo.press("enter", "right", "enter")

    def moved(text: str) -> bool:
        seen.update(re.findall(r"active commit +\S+ +(\d+)%", text))
        return len(seen) >= 3

    demo.until(moved)
    finished(demo, "Commit vda of erp-db1")
    text = demo.until(lambda text: layers(text) == 4 and not row(text, "by-keys"))
    assert not row(text, "before-pg15")


def test_ram_inside_the_image_comes_back_and_goes(demo: Terminal) -> None:
    go_to(demo, "intranet-web")
    take(demo, "intranet-web", "with-ram", *"\t\t", "right", "right")
    demo.press("2", "G", "k")
    text = demo.until(lambda text: row(text, "with-ram"))
    assert row(text, "with-ram").startswith("inner+RAM ")
    agree(demo, "r", "Revert intranet-web to “with-ram”")
    agree(demo, "d", "Delete “with-ram” of intranet-web")
    demo.until(lambda text: not row(text, "with-ram"))


@pytest.mark.parametrize("key", ["r", "d", "c"])
def test_enter_right_after_a_dangerous_key_changes_nothing(key: str, demo: Terminal) -> None:
    go_to(demo, "mail-gw")
    demo.until(lambda text: layers(text) == 2 and row(text, "antes-de-rspamd-3.8"))
    demo.still()
    before = demo.text()
    demo.press("2", f"{key}\r")  # both arrive before the modal is there
    demo.still()
    closed(demo)
    demo.press(key)
    demo.until("Cancel")
    demo.press("enter")
    demo.until(lambda text: "Cancel" not in text)
    demo.press("J")
    assert "mail-gw:" not in demo.until("journal ·")
    demo.press("escape")
    demo.until(lambda text: "journal ·" not in text)
    demo.press("1")
    demo.still()
    assert demo.text() == before


def test_the_journal_holds_what_was_done_as_virsh_would_do_it(demo: Terminal) -> None:
    go_to(demo, "mail-gw")
    demo.press("o")
    demo.until("Power of mail-gw ─")
    demo.press("down", "enter")
    finished(demo, "Pause mail-gw")
    demo.until("‖ mail-gw ")
    demo.press("J")
    demo.until("$ virsh suspend --domain mail-gw")
    demo.press("escape")
    demo.until(lambda text: "Escape closes" not in text)
