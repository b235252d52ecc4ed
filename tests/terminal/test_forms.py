"""What is typed into forms, by a domain that is off: libvirt gets the very same, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define_blank
from tests.terminal.screen import agree, closed, first_snapshot, names, refusal, row, take
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.lab]

NAMES = (
    "[red]x",
    "instantánea1",
    "trước",
    "升级之前",
    'it\'s “so” "too"',
    "$(reboot) `id`; --x",
    "-delete",
    "a&b <c>",
)
INSIDE = ("tab", "tab", "right")
"""From the name to the third kind, past RAM, which a domain that is off does not have."""

REFUSED = {
    "backspace": "the snapshot needs a name",
    "space": "the snapshot needs a name",
    "a/b": "a snapshot name cannot hold “/”",
    ".hidden": "a snapshot name cannot start with “.”",
    "taken": "a snapshot “taken” exists already",
    "é" * 124: "a snapshot name ends at 247 bytes",
}


@pytest.fixture(scope="module")
def domain(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabDomain]:
    """A domain that is off."""
    made = define_blank(daemon, "blank", tmp_path_factory.mktemp("disks"))
    yield made
    made.remove()


@pytest.fixture(autouse=True)
def _closed(screen: Terminal) -> Iterator[None]:
    """No test leaves a form to the next one."""
    yield
    closed(screen)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_here_and_there(name: str, screen: Terminal, domain: LabDomain) -> None:
    take(screen, "blank", name, *INSIDE)
    text = screen.until(lambda text: row(text, name))
    assert row(text, name).startswith("inner ")
    assert names(domain) == [name]
    first_snapshot(screen)
    agree(screen, "d", f"Delete “{name}” of blank")
    assert names(domain) == []


@pytest.fixture(scope="module")
def taken(screen: Terminal, domain: LabDomain) -> Iterator[str]:
    """The name of a snapshot that exists."""
    domain.daemon.virsh("snapshot-create-as", "blank", "taken")
    screen.until(lambda text: row(text, "taken"), 10)
    yield "taken"
    domain.daemon.virsh("snapshot-delete", "blank", "taken")
    screen.until(lambda text: not row(text, "taken"), 10)


@pytest.mark.parametrize("typed", REFUSED)
def test_a_name_that_libvirt_would_refuse_goes_no_further(
    typed: str, screen: Terminal, domain: LabDomain, taken: str
) -> None:
    screen.press("s")
    screen.until("Take a snapshot of blank ─")
    screen.press(typed)
    screen.until(f"No  {REFUSED[typed]}")
    screen.until("Not possible")
    screen.press("enter")
    screen.still()
    assert REFUSED[typed] in screen.text()
    assert names(domain) == [taken]


@pytest.mark.parametrize("key", ["s", "o"])
def test_a_key_pressed_twice_opens_one_form(key: str, screen: Terminal) -> None:
    screen.press(f"{key}{key}")
    screen.until("Cancel")
    screen.still()
    screen.press("escape")
    screen.still()
    assert "Cancel" not in screen.text()


def test_a_notice_does_not_cover_the_buttons(screen: Terminal) -> None:
    refusal(screen, "c", "vda has no layer below its active one")
    refusal(screen, "r", "no snapshot is selected")
    screen.press("s")
    screen.until("Take a snapshot of blank ─")
    screen.still()
    text = screen.text()
    assert "▌" not in text
    assert "Cancel             Take" in text
