"""Another Debian in a folder, for the libvirt and QEMU it has; never booted, only chrooted into."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from hashlib import sha256
from pathlib import Path

from tests.lab.cache import made
from tests.lab.missing import Missing, program
from tests.lab.progress import Say

PACKAGES = (
    "^libvirt-daemon(-driver-(secret|storage))?$",
    "libvirt-daemon-driver-qemu",
    "libvirt-clients",
    "qemu-system-x86",
    "qemu-utils",
)
MIRROR = "http://deb.debian.org/debian"
"""Where the machine's apt names none."""

NUMBERS = {"bookworm": "12", "trixie": "13"}


def debootstrapped(suite: str, say: Say) -> Path:
    """The root folder of `suite` (bookworm, trixie, sid), from the cache or made in 1-2 minutes.

    Raises Missing when it is not root who asks, or debootstrap or the network is not there.
    """
    if os.geteuid() != 0:
        raise Missing(f"only root can make and enter a folder with Debian {suite}")
    packages = sha256(" ".join(PACKAGES).encode()).hexdigest()[:6]
    return made(f"debian-{suite}-{packages}", lambda root: _build(suite, root, say))


def _build(suite: str, root: Path, say: Say) -> None:
    log = root.with_suffix(".log")
    begun = time.monotonic()
    debootstrap = program("debootstrap", "debootstrap")
    unshare = [program("unshare", "util-linux"), "--mount", "--fork", "--pid", "--kill-child"]
    inside = [*unshare, f"--root={root}", "--mount-proc"]
    install = ["apt-get", "install", "-qqy", "--no-install-recommends", *PACKAGES]
    # a mirror that lags behind will do: what it has is signed all the same
    update = ["apt-get", "update", "-qq", "--option", "Acquire::Check-Valid-Until=false"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("w") as output:

        def run(doing: str, *argv: str) -> None:
            say(f"building Debian {NUMBERS.get(suite, suite)}: {doing}")
            ran = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
            if ran.returncode != 0:
                told = log.read_text()[-1500:]
                raise Missing(f"{doing} of Debian {suite} failed:\n{told}")

        run("the base system", debootstrap, "--variant=minbase", suite, str(root), _mirror())
        policy = root / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        _network(root)
        run("its list of packages", *inside, *update)
        run("libvirt and QEMU", *inside, *install)
        run("the end", *inside, "apt-get", "clean")
    log.unlink()
    say(f"built Debian {NUMBERS.get(suite, suite)} in {time.monotonic() - begun:.0f} s")


def _mirror() -> str:
    """From where this machine's apt has its Debian."""
    words = ["--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian"]
    argv = [program("apt-get", "apt"), "indextargets", *words]
    listed = subprocess.run(argv, capture_output=True, text=True, check=False)
    return next(iter(listed.stdout.split()), MIRROR)


def _network(root: Path) -> None:
    """The host's way to the mirror: its resolver, and its apt proxy if there is one."""
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    for path in Path("/etc/apt/apt.conf.d").glob("*"):
        if "proxy" in path.read_text().lower():
            shutil.copy(path, root / "etc" / "apt" / "apt.conf.d")
