"""What a person does at kvmtui's screen of 80 columns, and reads from it."""

from __future__ import annotations

import re

from kvmtui.model import parse
from kvmtui.model.snapshot import Forest
from tests.lab.domain import LabDomain
from tests.terminal.terminal import Terminal


def go_to(terminal: Terminal, domain: str) -> str:
    """Puts the cursor onto a domain of the list, and waits until its snapshots are shown."""
    text = terminal.until(lambda text: domain in domains(text))
    terminal.press("1", "g", *["j"] * list(domains(text)).index(domain))
    return terminal.until(f"2 snapshots · {domain} ")


def domains(text: str) -> dict[str, str]:
    """The domains of the list and the signs of their states."""
    return {name: sign for sign, name in re.findall(r"^│([●○‖◐✘☾?]) (\S+)", text, re.MULTILINE)}


def layers(text: str, disk: str = "vda") -> int:
    """How many layers the chain pane tells of a disk; 0 when it does not show it."""
    found = re.search(rf"│{disk} .* (\d+) layers? ", text)
    return int(found[1]) if found else 0


def row(text: str, snapshot: str) -> str:
    """What the tree tells of a snapshot beside its name; empty when it does not show it."""
    found = re.search(rf"[●○‖] {re.escape(snapshot)} +(\S.*?) *│", text)
    return found[1] if found else ""


def names(domain: LabDomain) -> list[str]:
    """The snapshots of a domain, as virsh lists them."""
    return domain.daemon.virsh("snapshot-list", domain.name, "--name").splitlines()


def take(terminal: Terminal, domain: str, name: str, *keys: str) -> None:
    """Takes a snapshot of the selected domain; further keys are pressed after the name."""
    terminal.press("s")
    terminal.until(f"Take a snapshot of {domain} ─")
    terminal.press(name, *keys, "enter")
    finished(terminal, f"Take a snapshot of {domain}")


def first_snapshot(terminal: Terminal) -> None:
    """Puts the cursor onto the first snapshot of the tree, and waits until its details are told."""
    terminal.press("2", "g")
    terminal.until(" · was ")


def agree(terminal: Terminal, key: str, title: str, *keys: str) -> None:
    """Opens a modal, presses further keys there, and goes from Cancel to the other button."""
    terminal.press(key)
    terminal.until(f"─ {title} ─")
    terminal.press(*keys, "right", "enter")
    finished(terminal, title)


def finished(terminal: Terminal, title: str) -> None:
    """Waits until a plan was carried out, and puts its result away."""
    terminal.until(f"✔ {title}: done", 40)
    terminal.press("escape")
    terminal.until(lambda text: "─5 jobs─" not in text)


def refusal(terminal: Terminal, key: str, reason: str) -> None:
    """A key that cannot work opens nothing and says why."""
    terminal.press(key)
    terminal.until(lambda text: "".join(reason.split()) in _notice(text))
    terminal.still()
    assert "Cancel" not in terminal.text()
    terminal.press("escape")


def _notice(text: str) -> str:
    """What pops up at the bottom, without the blanks and breaks that its width makes."""
    lines = [line.partition("▌")[2] for line in text.splitlines()]
    return "".join("".join(line[:70].split()) for line in lines)


def switch(terminal: Terminal, domain: str, verb: str) -> None:
    """Chooses a harmless verb of the power menu."""
    _choose_verb(terminal, domain, verb)
    terminal.press("enter")
    finished(terminal, f"{verb.capitalize()} {domain}")


def shut_down(terminal: Terminal, domain: str) -> None:
    """Shuts the domain down by the power menu, which asks first: Cancel gets the focus."""
    _choose_verb(terminal, domain, "shut down")
    terminal.press("enter", "right", "enter")
    finished(terminal, f"Ask {domain} to shut down")


def _choose_verb(terminal: Terminal, domain: str, verb: str) -> None:
    terminal.press("o")
    chosen = _verb(terminal.until(lambda text: f"Power of {domain} ─" in text and _verb(text)))
    while chosen != verb:
        terminal.press("down")
        chosen = _verb(terminal.until(lambda text, was=chosen: _verb(text) not in ("", was)))  # type: ignore[misc]


def _verb(text: str) -> str:
    """What is chosen in the power menu; empty when none is open."""
    found = re.search(r"│ {4,}● (\S+(?: \S+)*)", text)
    return found[1] if found else ""


def choose(terminal: Terminal, domain: LabDomain, snapshot: str) -> None:
    """Goes down the tree to a snapshot; “you are here” stands below the current one."""
    forest = recorded(domain)
    rows: list[str] = []

    def walk(parent: str | None) -> None:
        for child in forest.children(parent):
            rows.append(child.name)
            walk(child.name)
            if child.name == forest.current:
                rows.append("you are here")

    walk(None)
    terminal.press("2", "g", *["j"] * rows.index(snapshot))


def recorded(domain: LabDomain) -> Forest:
    """What libvirt has recorded of the domain's snapshots."""
    virsh = domain.daemon.virsh
    records = (virsh("snapshot-dumpxml", domain.name, name) for name in names(domain))
    current = virsh("snapshot-current", domain.name, "--name")
    return Forest(tuple(map(parse.snapshot, records)), current)


def closed(terminal: Terminal) -> None:
    """Closes every form that is open."""
    while "Cancel" in terminal.text():
        terminal.press("escape")
        terminal.still()
