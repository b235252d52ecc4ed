"""XML as a page to read, and what changed in a definition; the colours are only there to help."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.text import Text

from kvmtui.model.comparison import GAP, Comparison
from kvmtui.render.row import ACCENT, BAD, GOOD, QUIET, STRONG
from kvmtui.render.words import safe

_MARK = re.compile(r"(?P<open></?)(?P<tag>[\w:.-]+)|(?P<close>/?>)|(?P<name>[\w:.-]+=)(?=['\"])")
MOST = 2000
"""Lines of a page; to lay out more takes so long that keys wait."""

_STYLES = {"open": QUIET, "tag": ACCENT, "close": QUIET, "name": QUIET}


def page(xml: str, virsh: str) -> Text:
    """The document as libvirt wrote it, below the virsh line that prints it."""
    text = Text.assemble((f"$ {safe(virsh)}\n\n", QUIET))
    lines = xml.rstrip("\n").split("\n")
    for line in lines[:MOST]:
        text.append_text(_coloured(safe(line))).append("\n")
    return text.append(_more(lines), QUIET)


def _more(lines: Sequence[str]) -> str:
    left = len(lines) - MOST
    return f"⋯ {left} lines more: the line above prints them all\n" if left > 0 else ""


def _coloured(line: str) -> Text:
    """Brackets and names step back behind what they say."""
    text = Text(line)
    for found in _MARK.finditer(line):
        for group, style in _STYLES.items():
            if found[group]:
                text.stylize(style, *found.span(group))
    return text


_SIGNS = {"-": BAD, "+": GOOD}


def changes(comparison: Comparison, virsh: str) -> Text:
    """What would be missed in words, then every line that differs."""
    text = Text()
    for told in comparison.differences:
        text.append(f"{safe(told)}\n", STRONG)
    if not comparison.lines:
        text.append("The definition is what it was then.\n")
    elif not comparison.differences:
        text.append("CPUs, RAM, disks and devices are what they were; only this differs:\n")
    text.append(f"\n$ {safe(virsh)}\n\n", QUIET)
    for line in comparison.lines[:MOST]:
        style = QUIET if line == GAP else _SIGNS.get(line[:1], "")
        text.append(f"{safe(line)}\n", style)
    return text.append(_more(comparison.lines), QUIET)
