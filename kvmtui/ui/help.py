"""The help page, made from the table of commands and the signs of the render layer."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from kvmtui.render.domains import GLYPHS
from kvmtui.render.row import ACCENT, MARK, QUIET, STRONG
from kvmtui.ui.commands import Command

_KINDS = (
    ("disks", "external: the images were frozen, the guest goes on in overlay files"),
    ("disks+RAM", "external, and the RAM in a file of its own"),
    ("inner", "internal: kept inside the qcow2 image"),
    ("inner+RAM", "internal, with the RAM in the first disk"),
    ("◌", "only inside an image: libvirt has no record of it"),
)

_SIGNS = (
    ("●", "the layer that the guest writes to"),
    ("!", "something is wrong with the disk, and what would help"),
    ("·", "true, and nothing to do about now"),
    ("?", "a file that nothing refers to: d removes it"),
)


def page(commands: Iterable[Command]) -> Text:
    """Keys first, then what the signs mean."""
    text = Text("Keys\n", STRONG)
    for command in commands:
        text.append(f"  {command.shown_keys:14}", ACCENT)
        text.append(f"{command.help}\n")
    text.append("  arrows j k g G", ACCENT)
    text.append("move; left and right fold and unfold snapshots\n")
    text.append("\nDomains\n", STRONG)
    for state, (glyph, style) in GLYPHS.items():
        text.append(f"  {glyph}  ", style)
        text.append(f"{state.value}\n")
    text.append("\nSnapshots\n", STRONG)
    for word, meaning in _KINDS:
        text.append(f"  {word:14}", ACCENT)
        text.append(f"{meaning}\n")
    text.append(f"  {MARK.strip():14}", ACCENT)
    text.append("marked\n")
    text.append("\nDisk chains\n", STRONG)
    for sign, meaning in _SIGNS:
        text.append(f"  {sign:14}", ACCENT)
        text.append(f"{meaning}\n")
    text.append("\nA dimmed key cannot work now; pressing it says why.", QUIET)
    return text
