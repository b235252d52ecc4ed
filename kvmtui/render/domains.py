"""The list of domains, under their hosts when there are several."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from kvmtui.model.domain import IO_ERROR, Domain, State
from kvmtui.model.guest import Answer, Guest
from kvmtui.model.words import size
from kvmtui.model.world import Facts, Host, Link, Ref, World
from kvmtui.plans.finding import Finding, Severity
from kvmtui.plans.same import of_each_domain
from kvmtui.render.row import (
    ACCENT,
    BAD,
    GOOD,
    QUIET,
    STRONG,
    WARN,
    Cell,
    Row,
    cropped,
    fitted,
    line,
    said,
)
from kvmtui.render.words import lasting, safe

GLYPHS = {
    State.RUNNING: ("●", GOOD),
    State.PAUSED: ("‖", WARN),
    State.STOPPING: ("◐", WARN),
    State.OFF: ("○", QUIET),
    State.CRASHED: ("✘", BAD),
    State.ASLEEP: ("☾", QUIET),
    State.UNKNOWN: ("?", QUIET),
}

WIDE = 60
"""Columns from which on more than the name and the numbers is shown."""


_WORDS = {
    "no space": ("no space", "full"),
    "I/O error": ("I/O error", "I/O"),
    "ready": ("ready", "ready"),
    "layer missing": ("missing", "lost"),
    "half merged": ("half done", "broken"),
    "unfinished": ("half done", "half"),
    "full": ("full soon", "full"),
    "little room": ("low space", "space"),
    "deep": ("deep", "deep"),
    "stale": ("stale", "stale"),
    "not inside": ("stale", "stale"),
    "no room": ("no room", "space"),
    "unreadable": ("unread", "unread"),
}
"""What is found of a domain, in a long and in a short word."""


def mark(domain: Domain, found: Sequence[Finding], width: int) -> tuple[str, str]:
    """The most urgent thing about a domain, in a word that fits, and its style."""
    worst = found[0] if found and found[0].severity > Severity.NOTE else None
    words = _WORDS[worst.rule] if worst else ("", "")
    bad = worst is not None and worst.severity is Severity.BAD
    ready = worst is not None and worst.rule == "ready"
    urgent = (
        (domain.reason == IO_ERROR, *_stopped(worst), BAD),
        (*_frost(domain), BAD),
        (domain.silence is not None, "no answer", "silent", BAD),
        (bad, *words, BAD),
        (ready, *words, WARN),
        (bool(domain.busy or domain.jobs), "busy", "busy", ACCENT),
        (domain.stranded, "off: o", "off: o", WARN),
        (worst is not None, *words, WARN),
        (bool(domain.trouble), "trouble", "!", WARN),
    )
    for is_so, long, short, style in urgent:
        if is_so:
            return (long if len(long) <= width else short), style
    return "", ""


def _frost(domain: Domain) -> tuple[bool, str, str]:
    """Whether its guest is frozen, or may be as its agent does not say any more."""
    guest = domain.guest or Guest()
    if guest.frozen and guest.answer is Answer.ANSWERING:
        return True, "frozen: t", "frozen"
    return guest.frozen or domain.held, "frozen?", "froze?"


def _stopped(worst: Finding | None) -> tuple[str, str]:
    """Why QEMU has paused the guest."""
    return _WORDS["no space"] if worst and worst.rule == "no space" else _WORDS["I/O error"]


def rows(world: World, width: int, now: float) -> tuple[Row, ...]:
    """A heading, then every domain; hosts as headings when there are several."""
    several = len(world.hosts) > 1
    found: list[Row] = [_heading(width)]
    for host in world.hosts:
        if several:
            found += fitted([_host(host, now)], width)
        elif host.link is not Link.OPEN:
            found += fitted(_link(host, now), width)
        lost = host.link is not Link.OPEN or host.silent > 0
        like = (host.uri, host.facts, lost, _readable(host), width)
        found += [_row(domain, *like) for domain in host.domains]
        if host.link is Link.OPEN and not host.domains:
            found += fitted([said("  no domains", QUIET)], width)
    return tuple(found)


def _readable(host: Host) -> bool:
    if all(domain.config is None for domain in host.domains):
        return False
    from kvmtui.plans import health

    return health.readable(host)


def _findings(domain: Domain, uri: str, facts: Facts, readable: bool) -> tuple[Finding, ...]:
    if domain.config is None:
        return ()
    from kvmtui.plans import health

    return health.of_domain(domain, uri, facts, readable)


@of_each_domain
def _row(domain: Domain, uri: str, facts: Facts, lost: bool, readable: bool, width: int) -> Row:
    """Remembered: of thousands of domains few change at a time."""
    return Row(
        Ref(uri, domain.uuid),
        lambda: cropped(_domain(domain, uri, facts, lost, readable, width), width),
    )


def _heading(width: int) -> Row:
    cells = [Cell("snap", 4, QUIET, right=True), Cell("chain", 5, QUIET, right=True)]
    extra = [Cell("state", 11, QUIET), Cell("RAM", 5, QUIET, right=True)] if width >= WIDE else []
    text = line(width, Text("  name", QUIET), [*extra, *cells, Cell("", _mark_width(width))])
    return Row("heading", cropped(text, width), selectable=False)


def _mark_width(width: int) -> int:
    return 9 if width >= WIDE else 6


def _domain(domain: Domain, uri: str, facts: Facts, lost: bool, readable: bool, width: int) -> Text:
    glyph, colour = GLYPHS[domain.state]
    left = Text.assemble((glyph, colour), " ", safe(domain.name))
    snapshots = domain.snapshot_count
    depth = domain.config.depth if domain.config else None
    found = _findings(domain, uri, facts, readable)
    deep = any(finding.rule == "deep" for finding in found)
    word, style = mark(domain, found, _mark_width(width))
    cells = [
        Cell(str(snapshots) if snapshots else "" if snapshots is None else "·", 4, right=True),
        Cell(str(depth) if depth else "", 5, WARN if deep else QUIET, right=True),
        Cell(word, _mark_width(width), style),
    ]
    if width >= WIDE:
        memory = size(domain.config.memory) if domain.config else ""
        state = safe(domain.reason) or domain.state.value
        cells = [Cell(state, 11, colour), Cell(memory, 5, QUIET, right=True), *cells]
    text = line(width, left, cells)
    if lost:
        text.stylize(QUIET)
    return text


def _host(host: Host, now: float) -> Row:
    text = Text.assemble((safe(host.facts.name or host.label), STRONG))
    if host.link is not Link.OPEN:
        text.append(f"  {host.link.value}", BAD if host.link is Link.LOST else QUIET)
        if host.link is Link.LOST:
            text.append(f" {lasting(host.since, now)}", QUIET)
    elif host.silent:
        text.append(f"  no answer for {lasting(host.silent, now)}", WARN)
    elif host.readonly:
        text.append("  read-only", QUIET)
    return Row(host.uri, text, selectable=False)


def _link(host: Host, now: float) -> list[Row]:
    if host.link is Link.OPENING:
        return [said("connecting …", QUIET)]
    told = f"connection lost · {lasting(host.since, now)}"
    return [Row("lost", Text(told, BAD), selectable=False)]
