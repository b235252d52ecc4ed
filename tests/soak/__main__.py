"""``python -m tests.soak``: random deeds by keys on a private libvirtd, with faults amid them.

Ends with 1 when anything was violated: content, truth, liveness, or memory.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.host.driver import driving
from tests.lab.daemon import running
from tests.lab.debian import debootstrapped
from tests.lab.disk import create
from tests.lab.domain import define_blank
from tests.lab.guest import define_guest
from tests.lab.image import build
from tests.lab.missing import Missing
from tests.lab.progress import aloud
from tests.lab.versions import HOST
from tests.soak.run import Soak
from tests.soak.stage import Stage, guard, small
from tests.soak.tally import Tally


def main() -> int | str:
    """Gives the exit status, or what is missing."""
    made = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    made.add_argument("--minutes", type=float, default=30)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--debian", default=HOST, help="whose libvirt: host, trixie, sid")
    made.add_argument("--quiet", action="store_true", help="only the numbers")
    chosen = made.parse_args()
    try:
        tally = asyncio.run(_soak(chosen))
    except Missing as lack:
        return str(lack)
    print("\n".join(tally.lines()), flush=True)
    return 1 if tally.violations else 0


async def _soak(chosen: argparse.Namespace) -> Tally:
    root = None if chosen.debian == HOST else debootstrapped(chosen.debian, aloud)
    image = build(aloud)
    with (
        tempfile.TemporaryDirectory(prefix="kvmtui-soak-") as made,
        small(Path(made, "disks")) as disks,
        running(root=root, shared=[Path(made), disks]) as daemon,
    ):
        guest = define_guest(daemon, image, "gamma", disks, spare=True)
        guest.disks[1].unlink()
        create(guest.disks[1])
        domains = (
            define_blank(daemon, "alpha", disks, disks=2),
            define_blank(daemon, "beta", disks),
            guest,
        )
        stage = Stage(daemon, disks, Path(made, "state"), domains, guest)
        guard(domains[1], daemon.folder / "display")
        domains[0].start()
        guest.start()
        guest.wait_agent()
        async with driving(stage.opener, Path(made, "other")) as driver:
            for domain in domains:
                await driver.meet(domain.name)
            soak = Soak(stage, driver, chosen.seed, (lambda _: None) if chosen.quiet else print)
            try:
                await soak.go(60 * chosen.minutes)
            finally:
                for life in stage.lives:
                    life.terminal.forget()
                for domain in domains:
                    domain.remove()
        return soak.tally


if __name__ == "__main__":
    sys.exit(main())
