"""What a person did by keys, and what the screen told of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rich.cells import cell_len

MARGIN = re.compile(r"(Lost|Mind|Does|Note|No|\$)(?=\s)")

SECOND = "\0"
"""Stands for the second column of a wide character."""


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal for a change, as it is read from the screen."""

    title: str
    verb: str
    """What is on the button beside Cancel."""
    lost: str
    """What would be lost, without blanks."""
    typed: bool
    """The name must be typed."""

    @property
    def possible(self) -> bool:
        return self.verb != "Not possible"

    @property
    def deletes(self) -> bool:
        return self.title.startswith(("Delete ", "Forget "))

    @property
    def about(self) -> str:
        """The snapshot that its title names."""
        named = re.search(r"“(.*?)”", self.title)
        return named[1] if named else ""

    def told(self, names: set[str]) -> set[str]:
        """Those of the snapshots whose loss it tells of."""
        return {name for name in names if f"“{''.join(name.split())}”" in self.lost}


@dataclass(frozen=True, slots=True)
class Deed:
    """One key, and what came of it."""

    key: str
    title: str = ""
    about: str = ""
    """The snapshot that the title named."""
    told: frozenset[str] = frozenset()
    """Snapshots of which the screen said that they would be lost."""
    result: str = "nothing"
    """done, failed, refused, cancelled, changed, left: to itself, astray: the cursor was elsewhere,
    died: kvmtui, unanswered."""
    says: str = ""

    @property
    def done(self) -> bool:
        return self.result == "done"

    def ending(self, result: str, says: str = "") -> Deed:
        """The same with what came of it."""
        return replace(self, result=result, says=says)


def modal(text: str) -> Modal | None:
    """The modal that is on the screen; None when there is none."""
    lines = [*map(_columns, text.splitlines())]
    tops = [
        (number, found)
        for number, line in enumerate(lines)
        for found in re.finditer(r"╭─ (.+?) ─+╮", line)
    ]
    for number, found in tops:
        left, right = found.start(), found.end() - 1
        body = []
        for line in lines[number + 1 :]:
            if not (line[left : left + 1] == line[right : right + 1] == "│"):
                break
            body.append(line[left + 1 : right].replace(SECOND, ""))
        buttons = next((line for line in body if line.partition("Cancel  ")[1]), None)
        if buttons is not None:
            verb = buttons.partition("Cancel")[2].strip()
            typed = any("type the name to confirm" in line for line in body)
            return Modal(found[1].replace(SECOND, ""), verb, _lost(body), typed)
    return None


def _columns(line: str) -> str:
    """Every character in the column where it stands."""
    return "".join(char + SECOND * (cell_len(char) - 1) for char in line if cell_len(char))


def _lost(body: list[str]) -> str:
    """What stands beside “Lost” in the margin, without blanks."""
    told, section = [], ""
    for line in body:
        word = MARGIN.match(line.strip()) if line[:2].strip() or line[1:3].strip() else None
        section = word[1] if word else section
        if section == "Lost":
            told.append(line.strip().removeprefix("Lost") if word else line)
    return "".join("".join(told).split())
