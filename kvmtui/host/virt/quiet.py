"""Keeps libvirt's own messages off the screen, and its event loop running."""

from __future__ import annotations

from functools import cache
from threading import Thread

import libvirt


def _silent(_context: object, _error: object) -> None:
    """Every error is raised as well; libvirt's default handler would print it."""


libvirt.registerErrorHandler(_silent, None)


@cache
def start_event_loop() -> None:
    """Registers libvirt's event loop and runs it on a daemon thread; once per process.

    Must precede the first open, or neither events nor keepalive work.
    """
    libvirt.virEventRegisterDefaultImpl()
    Thread(target=_run, name="libvirt events", daemon=True).start()


def _run() -> None:
    while True:
        libvirt.virEventRunDefaultImpl()
