"""A real libvirtd driven by keys alone, with virsh as the second opinion after every step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lab.domain import LabDomain
from tests.terminal.screen import agree, finished, first_snapshot, layers, names, row, take
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.lab]


def current(domain: LabDomain) -> str:
    """The current snapshot, as virsh says."""
    return domain.daemon.virsh("snapshot-current", domain.name, "--name")


def test_a_layer_comes_with_a_snapshot_and_goes_with_a_commit(
    screen: Terminal, domain: LabDomain
) -> None:
    take(screen, "blank", "outside")
    text = screen.until(lambda text: layers(text) == 2 and row(text, "outside"))
    assert row(text, "outside").startswith("disks ")
    assert names(domain) == ["outside"]
    assert current(domain) == "outside"
    overlay = domain.sources()["vda"]
    assert overlay != domain.disks[0]

    domain.write("vda", 0x77)
    agree(screen, "c", "Commit vda of blank")
    screen.until(lambda text: layers(text) == 1 and not row(text, "outside"))
    assert names(domain) == []
    assert domain.sources() == {"vda": domain.disks[0]}
    assert domain.holds("vda", 0x77)
    assert not overlay.exists()


def test_ram_inside_the_image_comes_back_and_goes(screen: Terminal, domain: LabDomain) -> None:
    domain.write("vda", 0x33)
    take(screen, "blank", "inside", *"\t\t", "right", "right")
    first_snapshot(screen)
    text = screen.until(lambda text: row(text, "inside"))
    assert row(text, "inside").startswith("inner+RAM ")
    assert current(domain) == "inside"

    domain.write("vda", 0x44)
    agree(screen, "r", "Revert blank to “inside”")
    assert domain.holds("vda", 0x33)
    assert domain.state == "running"

    agree(screen, "d", "Delete “inside” of blank")
    screen.until(lambda text: not row(text, "inside"))
    assert names(domain) == []


def test_what_virsh_does_meanwhile_is_shown(screen: Terminal, domain: LabDomain) -> None:
    domain.daemon.virsh("snapshot-create-as", domain.name, "by-virsh")
    screen.until(lambda text: row(text, "by-virsh"), 10)
    domain.daemon.virsh("snapshot-delete", domain.name, "by-virsh")
    screen.until(lambda text: not row(text, "by-virsh"), 10)
    domain.daemon.virsh("suspend", domain.name)
    screen.until("‖ blank ", 5)
    domain.daemon.virsh("resume", domain.name)
    screen.until("● blank ", 5)


def test_the_power_menu_offers_what_can_be_had(screen: Terminal, domain: LabDomain) -> None:
    switch(screen, "pause", "down")
    screen.until("‖ blank ")
    assert domain.state == "paused"
    switch(screen, "resume")
    assert domain.state == "running"
    screen.press("o")
    text = screen.until("Power of blank ─")
    assert "○ start" not in text
    screen.press("down", "down", "enter")  # to force off: the loss puts the focus on Cancel
    screen.until("Lost  the RAM")
    screen.press("right", "enter")
    finished(screen, "Force off blank")
    screen.until("○ blank ")
    assert domain.state == "shut off"
    switch(screen, "start paused", "down")
    assert domain.state == "paused"
    switch(screen, "resume")


def switch(screen: Terminal, verb: str, *keys: str) -> None:
    """Chooses a harmless verb of the power menu."""
    screen.press("o")
    screen.until("Power of blank ─")
    screen.press(*keys)
    screen.until(f"● {verb}")
    screen.press("enter")
    finished(screen, f"{verb.capitalize()} blank")


def test_every_step_is_in_the_journal(screen: Terminal, state: Path) -> None:
    lines = (state / "kvmtui" / "journal.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert all(entry["ok"] and entry["result"] == "done" for entry in entries)
    assert entries[0]["virsh"].startswith("virsh snapshot-create-as --domain blank --name outside ")
