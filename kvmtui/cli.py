"""The command line: which hosts, and whether on a screen or as plain text."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from kvmtui import __version__
from kvmtui.render.words import safe

if TYPE_CHECKING:
    from kvmtui.host.fleet import Fleet

FAILED = 1
USAGE = 2
"""Exit status for a command line, or a terminal, that cannot be used."""

UNABLE = "dumb"
"""What a terminal calls itself that can only show line after line."""

PIPE_CLOSED = 141
"""Exit status when nobody reads any more, as shells have it."""

HUNG_UP = 129
"""Exit status where the terminal is gone, as shells have it."""

GIVEN_UP = 130
"""Exit status after Ctrl-C, as shells have it."""

TURN = 0.0005
"""Seconds for which a thread that parses may hold up the one that draws."""


class Parser(argparse.ArgumentParser):
    """Complains harmlessly, whatever was typed."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and how it is right."""
        super().error(safe(message))


def parser() -> Parser:
    """The options of ``kvmtui`` and of ``kvmtui show``."""
    made = Parser(
        prog="kvmtui",
        description="Snapshots, disk chains and block jobs of KVM domains, in a terminal.",
    )
    made.add_argument(
        "-c",
        "--connect",
        metavar="URI",
        action="append",
        help="a libvirt host, for example qemu:///system or qemu+ssh://root@host/system; "
        "may be given several times; without it, the default that virsh would use",
    )
    made.add_argument("--read-only", action="store_true", help="only look, change nothing")
    made.add_argument(
        "--demo", action="store_true", help="a throwaway host with a small fleet to try things on"
    )
    made.add_argument("--version", action="version", version=f"kvmtui {__version__}")
    what = made.add_subparsers(dest="what", metavar="show [DOMAIN]")
    show = what.add_parser("show", help="print what the screen would show, as plain text")
    show.add_argument("domain", nargs="?", metavar="DOMAIN", help="one domain in full")
    return made


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Ends the process whatever happens: no thread that hangs or reads must outlive the rest."""
    gc.disable()  # until the first screen is drawn: hardly anything is garbage before that
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    status = FAILED
    try:
        status = run(options)
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        status = PIPE_CLOSED
    except OSError as error:
        if error.errno == errno.EIO:
            status = HUNG_UP
        else:
            _complain(str(error), status)
    except Exception as error:
        from kvmtui.render.fault import told

        print(told(error), file=sys.stderr)
    finally:
        os._exit(status)


def run(options: argparse.Namespace) -> int:
    """What the options ask for; gives the exit status."""
    if options.demo and options.connect:
        return _complain("--demo makes a host of its own: leave -c away", USAGE)
    if options.what != "show" and not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _complain("a terminal is needed; for plain text run: kvmtui show", USAGE)
    if options.what != "show" and os.environ.get("TERM") == UNABLE:
        told = "this terminal can show no screen (TERM=dumb); for plain text run: kvmtui show"
        return _complain(told, USAGE)
    try:
        return _demo(options) if options.demo else _real(options)
    except KeyboardInterrupt:
        return _complain("given up", GIVEN_UP)


# libvirt and Textual are loaded only once it is known that they are needed.


def _real(options: argparse.Namespace) -> int:
    from kvmtui import connect

    fleet = connect.begin(options.connect or [""], readonly=options.read_only)
    if options.what != "show":
        import_module("kvmtui.ui.app")  # takes longer than libvirt does to answer
    try:
        connect.meet(fleet)
    except connect.NotConnected as error:
        return _complain(str(error), FAILED)
    return _show(options, fleet)


def _demo(options: argparse.Namespace) -> int:
    from kvmtui.demo import host

    demo = host.prepare()  # before libvirt is loaded, which reads its environment only then
    from kvmtui import connect

    try:
        fleet, filling = connect.throwaway(demo, readonly=options.read_only)
        if options.what == "show":
            filling.join()
        return _show(options, fleet)
    except connect.NotConnected as error:
        return _complain(str(error), FAILED)
    finally:
        demo.close()


def _show(options: argparse.Namespace, fleet: Fleet) -> int:
    if options.what == "show":
        from kvmtui import show

        return show.show(fleet, options.domain)
    from kvmtui.ui.app import Kvmtui

    sys.setswitchinterval(TURN)
    app = Kvmtui(fleet, readonly=options.read_only)
    status = app.run()
    return FAILED if status is None else status


def _complain(sentence: str, status: int) -> int:
    for line in sentence.splitlines():
        print(f"kvmtui: {safe(line)}", file=sys.stderr)
    return status
