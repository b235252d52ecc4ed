"""From options to hosts: the real ones, or a throwaway one for ``--demo``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING

from kvmtui.host.base import HostError
from kvmtui.host.fleet import Fleet
from kvmtui.host.journal import state_dir
from kvmtui.host.virt import Connection, Opener
from kvmtui.render.words import safe

if TYPE_CHECKING:
    from kvmtui.demo.host import Demo

PATIENCE = 1.0
"""Seconds after which a connection that is not open yet is spoken of."""

AHEAD = 0.03
"""Seconds for which the first screen waits for the snapshots of its first domain."""

DEMO_BANDWIDTH = 24 * 2**20
"""Bytes per second: the demo's merges take long enough to be watched."""


class NotConnected(Exception):
    """None of the hosts could be reached; the message says why, a line for each."""


def begin(uris: Iterable[str], *, readonly: bool) -> Fleet:
    """The hosts of these URIs, opened side by side while something else may be done."""
    return Fleet([Opener(uri, readonly=readonly) for uri in uris], state_dir())


def meet(fleet: Fleet) -> None:
    """Waits until at least one host is open; unreachable ones stay on the screen as lost.

    Raises ``NotConnected``, or ``KeyboardInterrupt`` when the user does not want to wait any
    longer.
    """
    openings: dict[Future[object], str] = {
        watch.opening: uri or "the default host"  # type: ignore[misc]
        for uri, watch in fleet.watches.items()
    }
    waiting = set(openings)
    if not wait(waiting, timeout=PATIENCE).done:
        names = ", ".join(openings.values())
        print(f"kvmtui: connecting to {safe(names)} … (Ctrl-C gives up)", file=sys.stderr)
    errors = []
    while waiting:
        done, waiting = wait(waiting, return_when="FIRST_COMPLETED")
        for opening in done:
            error = opening.exception()
            if error is None:
                wait(fleet.leading, timeout=AHEAD)
                fleet.arrive()
                return
            errors.append(f"cannot connect to {openings[opening]}: {error}")
    raise NotConnected("\n".join(errors))


def throwaway(demo: Demo, *, readonly: bool) -> tuple[Fleet, Thread]:
    """The demo's host, and the thread that is filling it with domains.

    Raises ``NotConnected`` when not even libvirt's test driver can be opened.
    """
    try:
        opener, connection = _embedded(demo)
    except HostError as error:
        raise NotConnected(str(error)) from error
    shown = opener if not readonly else Opener(demo.uri, readonly=True)
    fleet = Fleet([shown], demo.state_dir, commit_bandwidth=DEMO_BANDWIDTH, note=demo.note)
    thread = Thread(target=_fill, args=(demo, connection, fleet), name="demo", daemon=True)
    thread.start()
    return fleet, thread


def _embedded(demo: Demo) -> tuple[Opener, Connection]:
    opener = Opener(demo.uri, around=demo.opening)
    try:
        return opener, opener.open()
    except HostError as error:
        demo.fall_back(str(error))
        opener = Opener(demo.uri)
        return opener, opener.open()


def _fill(demo: Demo, connection: Connection, fleet: Fleet) -> None:
    try:
        connection.lend(demo.populate)
    except (HostError, OSError) as error:
        fleet.note = f"the demo is incomplete: {error}"
