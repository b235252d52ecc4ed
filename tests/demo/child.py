"""A process of its own around one demo: ``python -m tests.demo.child DRIVER``.

It prints a line of JSON when the host is open and then one for each command read from standard
input. libvirt allows one embedded host per process, and some tests kill this one.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable
from typing import Any, cast

from kvmtui.demo import host


def say(value: object) -> None:
    """Answer with a line of JSON."""
    print(json.dumps(value), flush=True)


def connect(demo: host.Demo) -> Any:
    """Open the demo's host as the app does: silently, and with an event loop running."""
    import libvirt

    libvirt.registerErrorHandler(lambda _context, _error: None, None)
    libvirt.virEventRegisterDefaultImpl()

    def run_events() -> None:
        while True:
            libvirt.virEventRunDefaultImpl()

    threading.Thread(target=run_events, daemon=True).start()
    with demo.opening():
        return libvirt.open(demo.uri)


def serve(demo: host.Demo, connection: Any, lines: Iterable[str]) -> None:
    """Do what each line says, until there are no more."""
    # Imported here since it needs libvirt, which may not be imported before the demo is prepared.
    from tests.demo import commands

    for line in lines:
        name, *arguments = json.loads(line)
        say(getattr(commands, name)(demo, connection, *arguments))


def main() -> None:
    """Prepare, open, serve, and leave as the app does: at once."""
    demo = host.prepare(cast("host.Driver", sys.argv[1]))
    connection = connect(demo)
    root = str(demo.places.root)
    say({"root": root, "uri": demo.uri, "note": demo.note, "pid": os.getpid()})
    serve(demo, connection, sys.stdin)
    demo.close()


if __name__ == "__main__":
    main()
