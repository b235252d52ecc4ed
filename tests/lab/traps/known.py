"""The traps that real libvirts hold, on which versions, and the rule by which each is avoided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.lab.versions import short

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- traps -->\n", "<!-- /traps -->"

SEEN = (9_000_000, 11_003_000, 12_008_000)
"""The libvirts that the lab has been run on, as in the other tables."""

ALL, NONE = range(99_000_000), range(0)
SINCE_REVERTS = range(9_009_000, 99_000_000)
"""Those that can revert external snapshots."""


@dataclass(frozen=True)
class Trap:
    """What one would walk into by libvirt's own call."""

    what: str
    libvirts: range
    """On which it is there; not all were seen."""
    bare: str
    """What libvirt's own call does there."""
    rule: str
    """Of kvmtui: a refusal's, or a detour's."""
    instead: str
    """What kvmtui does, or offers in the same modal."""

    def bites(self, libvirt: int) -> bool:
        """Whether it is there on that libvirt."""
        return libvirt in self.libvirts


UNLINKS = Trap(
    "revert to and fro between branches",
    SINCE_REVERTS,
    "removes the image of another snapshot",
    "revert unlinks",
    "new overlays, and the present state kept in a snapshot before",
)
NO_CURRENT = Trap(
    "revert where no snapshot is current",
    SINCE_REVERTS,
    "the daemon dies",
    "no current",
    "new overlays; the snapshot is current afterwards",
)
BRANCH = Trap(
    "delete above a branch that was taken while off",
    range(10_000_000, 12_000_000),
    "the daemon dies",
    "crash",
    "refused; the branch can be deleted too, leaves first",
)
DETACHED = Trap(
    "delete inside the images, running, with a disk detached since",
    range(11_000_000),
    "the daemon dies",
    "detached",
    "refused; can be done with the domain off meanwhile, its RAM put away",
)
MIXED = Trap(
    "back inside the image, then delete the overlay's snapshot",
    range(10_000_000, 11_000_000),
    "removes the image that the domain runs on",
    "unlinks needed",
    "its record is forgotten, its overlay removed",
)
MISSING = Trap(
    "revert with an image missing further down",
    SINCE_REVERTS,
    "stops the domain, then fails",
    "layer missing",
    "refused while the domain runs on",
)
COLLIDES = Trap(
    "revert twice within a second",
    SINCE_REVERTS,
    "names both overlays alike; one that runs is stopped, and that fails",
    "revert unlinks",
    "overlays with free names of its own",
)
SAVED_RAM = Trap(
    "revert past saved RAM by force",
    ALL,
    "old RAM wakes on other disks",
    "saved RAM",
    "refused; the saved RAM can be given up, or started first",
)
STALE = Trap(
    "revert after a commit that nobody told libvirt of",
    SINCE_REVERTS,
    "success, with the merged content",
    "stale",
    "refused; the record can be corrected or forgotten",
)
STANDS = Trap(
    "revert inside an image on which another one stands",
    ALL,
    "changes what snapshots there go back to",
    "stands on it",
    "refused; the one that stands on it can be deleted first",
)
RECORDS = Trap(
    "forget a record with others below",
    range(11_000_000),
    "rewrites theirs: they go back to another image",
    "records rewritten",
    "those below are put back as they were",
)
BRANCHES = Trap(
    "delete several branches with what they hang on",
    ALL,
    "the daemon dies",
    "branches",
    "one snapshot after another, the leaves first",
)
QUOTED = Trap(
    "snapshot inside, running, with a quotation mark or backslash in its name",
    range(10_009_000),
    "success, and no image holds it; to go back to it kills the guest",
    "name quoted",
    "refused; another name will do, or the domain off",
)
NESTED = Trap(
    "snapshot on snapshot, running",
    range(10_008_000, 12_000_000),
    "with 25 overlays the domain never starts again",
    "nesting",
    "refused from 20 layers on; the oldest can be deleted first",
)
MEDIA = Trap(
    "revert with a medium in a drive",
    SINCE_REVERTS,
    "lays an overlay on the medium, beside it",
    "media",
    "only the disks get overlays",
)

TRAPS = (
    UNLINKS,
    NO_CURRENT,
    BRANCH,
    DETACHED,
    MIXED,
    MISSING,
    COLLIDES,
    SAVED_RAM,
    STALE,
    STANDS,
    RECORDS,
    BRANCHES,
    QUOTED,
    NESTED,
    MEDIA,
)


def table() -> str:
    """Of all of them, for the README."""
    head = ("What", "libvirt by itself", "Seen on", "Rule", "kvmtui")
    rows = [(trap.what, trap.bare, _seen(trap), f"`{trap.rule}`", trap.instead) for trap in TRAPS]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def _seen(trap: Trap) -> str:
    return ", ".join(short(libvirt) for libvirt in SEEN if trap.bites(libvirt)) or "none of these"


def drawn(text: str) -> str:
    """The text with this table in the place of its own."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"
