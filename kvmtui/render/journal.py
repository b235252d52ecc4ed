"""The journal as a page to read, oldest first."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from kvmtui.host.journal import Entry
from kvmtui.model.words import moment
from kvmtui.render.row import BAD, GOOD, QUIET
from kvmtui.render.words import safe


def text(entries: Iterable[Entry], trouble: str = "") -> Text:
    """Every step with its virsh line and what came of it."""
    told = Text(f"{safe(trouble)}\n\n" if trouble else "", BAD)
    for entry in entries:
        told.append("✔ " if entry.ok else "✘ ", GOOD if entry.ok else BAD)
        told.append(f"{moment(entry.time)}  {safe(entry.domain)}: {safe(entry.says)}")
        told.append(f"  {entry.seconds:.1f} s\n", QUIET)
        told.append(f"  $ {safe(entry.virsh)}\n", QUIET)
        if not entry.ok:
            told.append(f"  {safe(entry.result)}\n", BAD)
    return told if told.plain else Text("Nothing was done yet in this run.", QUIET)
