"""The lab to play with: ``python -m tests.lab`` runs a daemon of each Debian until Ctrl-C.

Every daemon gets two domains: a guest whose agent answers, with two quiesced snapshots of its
disk, and a computer that is off, with two snapshots inside its image.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.lab.daemon import Daemon, running
from tests.lab.debian import debootstrapped
from tests.lab.domain import define_blank
from tests.lab.guest import define_guest
from tests.lab.image import Image, build
from tests.lab.missing import Missing
from tests.lab.progress import aloud
from tests.lab.versions import HOST, chosen, short


def main() -> str | None:
    """Keeps the daemons; what is missing becomes the message that the program ends with."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kvmtui-lab-")))
            image = build(aloud)
            for debian in chosen():
                root = None if debian == HOST else debootstrapped(debian, aloud)
                aloud(f"starting the libvirt of {debian}")
                daemon = stack.enter_context(running(root=root, shared=[folder]))
                version = short(daemon.connection.getLibVersion())
                populate(daemon, image, folder / debian)
                print(f"libvirt {version} ({debian}):  kvmtui -c '{daemon.uri}'", flush=True)
            aloud("virsh -c takes the same; Ctrl-C ends it all")
            signal.pause()
    except Missing as lack:
        return str(lack)
    except KeyboardInterrupt:
        pass
    return None


def populate(daemon: Daemon, image: Image, folder: Path) -> None:
    """Gives a new daemon its domains, with their disks in `folder`."""
    folder.mkdir()
    guest = define_guest(daemon, image, "máy-chủ-web", folder, spare=True)
    guest.start()
    guest.wait_agent()
    take = ("snapshot-create-as", "--atomic", "--domain")
    for name in ("snap-pre-upgrade", "trước-nâng-cấp"):
        guest.write_marker(f"before {name}")
        daemon.virsh(*take, guest.name, name, "--disk-only", "--quiesce")
    off = define_blank(daemon, "ficheros", folder, disks=2)
    for number, name in enumerate(("instantánea1", "Antes de apt full-upgrade")):
        off.write("vda", number + 1)
        daemon.virsh(*take, off.name, name)


if __name__ == "__main__":
    sys.exit(main())
