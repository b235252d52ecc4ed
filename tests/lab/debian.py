"""Another Debian in a folder, for the libvirt and QEMU it has; never booted, only chrooted into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.lab.missing import Missing, cache, program

PACKAGES = (
    "libvirt-daemon",
    "libvirt-daemon-driver-qemu",
    "libvirt-clients",
    "qemu-system-x86",
    "qemu-utils",
)
MIRROR = "http://deb.debian.org/debian"


def debootstrapped(suite: str) -> Path:
    """The root folder of `suite` (bookworm, trixie, sid), from the cache or made in 1-2 minutes.

    Raises Missing when it is not root who asks, or debootstrap or the network is not there.
    """
    root = cache() / f"debian-{suite}"
    if root.exists():
        return root
    if os.geteuid() != 0:
        raise Missing(f"only root can make a folder with Debian {suite}")
    building = cache() / f"building-{suite}-{os.getpid()}"
    try:
        _build(suite, building)
        building.rename(root)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return root


def _build(suite: str, root: Path) -> None:
    log = root.with_suffix(".log")
    debootstrap = program("debootstrap", "debootstrap")
    unshare = [program("unshare", "util-linux"), "--mount", "--fork", "--pid", "--kill-child"]
    inside = [*unshare, f"--root={root}", "--mount-proc"]
    install = ["apt-get", "install", "-qqy", "--no-install-recommends", *PACKAGES]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("w") as output:

        def run(*argv: str) -> None:
            ran = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
            if ran.returncode != 0:
                raise Missing(f"{argv[0]} for Debian {suite} failed:\n{log.read_text()[-1500:]}")

        run(debootstrap, "--variant=minbase", suite, str(root), MIRROR)
        policy = root / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        _network(root)
        run(*inside, "apt-get", "update", "-qq")
        run(*inside, *install)
        run(*inside, "apt-get", "clean")
    log.unlink()


def _network(root: Path) -> None:
    """The host's way to the mirror: its resolver, and its apt proxy if there is one."""
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    for path in Path("/etc/apt/apt.conf.d").glob("*"):
        if "proxy" in path.read_text().lower():
            shutil.copy(path, root / "etc" / "apt" / "apt.conf.d")


if __name__ == "__main__":
    print(debootstrapped(sys.argv[1]))
