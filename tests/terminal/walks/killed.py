"""kvmtui killed while it works, and what a person does with a new one then."""

from __future__ import annotations

import re
from pathlib import Path

from tests.host.content import scatter, scribble
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.terminal.screen import agree, choose, finished, go_to, layers, recorded
from tests.terminal.terminal import Terminal

SLOW = 2**18
"""Bytes per second, of 4 MiB."""
FAR = 2**22
"""Where the many places of a layer begin."""


def make_deep(new_blank: NewBlank) -> LabDomain:
    """A domain, off, with s1 to s3; 4 MiB of 0x77 lie below s3, and of 0x78 above it."""
    domain = new_blank(mib=512)
    for number in (1, 2, 3):
        scribble(domain, number)
        words = ("blank", f"s{number}", "--disk-only", "--atomic")
        domain.daemon.virsh("snapshot-create-as", *words)
        if number > 1:
            scatter(domain.sources()["vda"], 0x75 + number, count=60, step=(2 + number) * 2**16)
    scribble(domain, 4)
    return domain


def looking(terminal: Terminal, depth: int) -> Terminal:
    go_to(terminal, "blank")
    terminal.until(lambda text: layers(text) == depth)
    return terminal


def kill(terminal: Terminal) -> None:
    """SIGKILL."""
    terminal.process.kill()
    terminal.process.wait()


def layer(domain: LabDomain, snapshot: str) -> Path:
    """The overlay of a snapshot, as libvirt names it."""
    return domain.disks[0].with_suffix(f".{snapshot}")


def preserved(domain: LabDomain, snapshot: str) -> Path:
    """The image that a snapshot goes back to, as libvirt records it."""
    record = recorded(domain).get(snapshot)
    assert record is not None
    return Path(record.disks[0].base)


def job(domain: LabDomain) -> dict[str, int]:
    found: dict[str, int] = domain.handle.blockJobInfo("vda", 0)
    return found


def hurry(domain: LabDomain) -> None:
    """Lets the job go as fast as it can."""
    domain.daemon.virsh("blockjob", domain.name, "vda", "--bandwidth", "0")


def end(terminal: Terminal, key: str, form: str, title: str) -> None:
    """Ends the job that is shown."""
    terminal.press(key)
    terminal.until(f"─ {form} ─")
    terminal.press("right", "enter")
    finished(terminal, title)


def back_to(terminal: Terminal, domain: LabDomain, snapshot: str) -> None:
    choose(terminal, domain, snapshot)
    agree(terminal, "r", f"Revert blank to “{snapshot}”")


def assert_refused(terminal: Terminal, domain: LabDomain, snapshot: str, why: str) -> None:
    """kvmtui does not go back to the snapshot, and says why."""
    choose(terminal, domain, snapshot)
    terminal.press("r")
    text = terminal.until(lambda text: "│ No  " in text)
    assert "".join(why.split()) in re.sub(r"[│\s]", "", text)
    terminal.press("escape")
    terminal.until(lambda text: "│ No  " not in text)


def delete(terminal: Terminal, domain: LabDomain, snapshot: str, way: str, title: str) -> None:
    """Deletes a snapshot in a way that is not the first one."""
    choose(terminal, domain, snapshot)
    terminal.press("d")
    terminal.until(f"─ Delete “{snapshot}” of blank ─")
    text = terminal.until(lambda text: "│ No  " in text or "│ Lost  " in text)
    from_cancel = 0 if "│ No  " in text else 2
    terminal.press(*["tab"] * (from_cancel + ("What   ●" in text)))
    while f"● {way}" not in " ".join(terminal.text().replace("│", " ").split()):
        before = terminal.text()
        terminal.press("right")
        terminal.until(lambda text, before=before: text != before)  # type: ignore[misc]
    terminal.press("enter", "right", "enter")
    finished(terminal, title)
