"""Where a private daemon keeps its state, and what hides the machine's own libvirt from it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from tests.lab.cache import cache
from tests.lab.missing import Missing, program

LIBVIRTD_CONF = """\
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
"""

FEW_QUESTIONS = 'capability_filters = ["cpu-unavailable-features"]\n'
"""Without that capability libvirt asks two questions about a started CPU instead of 400, which cost
more processor time than all else in the life of most domains here."""

QEMU_CONF = f"""\
user = "root"
group = "root"
dynamic_ownership = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
hugetlbfs_mount = []
stdio_handler = "file"
{FEW_QUESTIONS}"""
"""QEMU as root without labels, namespaces and cgroups, as containers need it; no virtlogd."""

ACCOUNTS = {
    "passwd": "libvirt-qemu:x:0:0::/:/usr/sbin/nologin\n",
    "group": "libvirt-qemu:x:0:\n",
}
"""libvirt's driver looks this account up even when told another; libvirt-daemon-system makes it.
Where that package is missing, it becomes another name of root, in the daemon's eyes only."""


@dataclass(frozen=True)
class Scene:
    """How a daemon is started: everything it writes is below one folder, but QEMU's capabilities.

    Those take seconds to find out and are the same every time, so they stay in the cache.
    """

    socket: Path
    argv: Sequence[str]
    binds: Sequence[tuple[Path, str]] = ()
    """Folders, and what they cover in the daemon's eyes."""
    unshare: Sequence[str] = ()
    """The command that gives a process the right to its own binds."""
    environment: dict[str, str] = field(default_factory=dict)


def system(folder: Path, log: Path, *, root: Path | None, shared: Sequence[Path]) -> Scene:
    """A privileged daemon; /etc, /var/lib, /run, /var/log and /var/cache/libvirt are its own.

    Raises Missing when the daemon is not there, or root may not isolate it.
    """
    if root is None:
        libvirtd = program("libvirtd", "libvirt-daemon")
        program("qemu-system-x86_64", "qemu-system-x86")
    else:
        libvirtd = "/usr/sbin/libvirtd"
        if not Path(f"{root}{libvirtd}").exists():
            raise Missing(f"no {libvirtd} in {root}: install the package libvirt-daemon there")
    own = _folders(folder)
    (own["etc"] / "qemu.conf").write_text(QEMU_CONF)
    binds = [
        (own["etc"], "/etc/libvirt"),
        (own["run"], "/run/libvirt"),
        (own["lib"], "/var/lib/libvirt"),
        (own["log"], "/var/log/libvirt"),
        (_capabilities(str(root)), "/var/cache/libvirt"),
        *_accounts(folder, root or Path("/")),
    ]
    if Path(root or "/", "run", "dbus").is_dir():
        # systemd-machined and polkit of this machine must not hear of lab domains
        binds.append((own["empty"], "/run/dbus"))
    if root is not None:
        binds += [(path, str(path)) for path in (folder, cache(), *shared)]
    argv = _argv(libvirtd, folder, own["etc"], log)
    return Scene(own["run"] / "libvirt-sock", argv, binds, _unshare())


def session(folder: Path, log: Path) -> Scene:
    """An ordinary user's daemon; its XDG folders are its own.

    Raises Missing when the daemon is not there.
    """
    libvirtd = program("libvirtd", "libvirt-daemon")
    program("qemu-system-x86_64", "qemu-system-x86")
    own = _folders(folder)
    environment = {
        "XDG_CONFIG_HOME": str(own["etc"]),
        "XDG_DATA_HOME": str(own["lib"]),
        "XDG_RUNTIME_DIR": str(own["run"]),
        "XDG_CACHE_HOME": str(_capabilities("session")),
    }
    argv = _argv(libvirtd, folder, own["etc"], log)
    return Scene(own["run"] / "libvirt" / "libvirt-sock", argv, environment=environment)


def _folders(folder: Path) -> dict[str, Path]:
    own = {name: folder / name for name in ("etc", "lib", "run", "log", "empty")}
    for path in own.values():
        path.mkdir()
    return own


def _argv(libvirtd: str, folder: Path, etc: Path, log: Path) -> list[str]:
    """The host's uuid is fixed, as on a real machine, or it would change with every restart."""
    own = f'host_uuid = "{uuid4()}"\nlog_outputs = "2:file:{log}"\n'
    (etc / "libvirtd.conf").write_text(LIBVIRTD_CONF + own)
    pid_file = folder / "libvirtd.pid"
    return [libvirtd, "--config", str(etc / "libvirtd.conf"), "--pid-file", str(pid_file)]


def _capabilities(daemon: str) -> Path:
    folder = cache() / f"capabilities-{sha256(daemon.encode()).hexdigest()[:8]}"
    folder.mkdir(exist_ok=True)
    return folder


def _accounts(folder: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """Covers for the account files that lack the driver's account."""
    for file, entry in ACCOUNTS.items():
        text = (root / "etc" / file).read_text()
        if f"\n{entry.partition(':')[0]}:" not in text:
            (folder / file).write_text(text.rstrip("\n") + "\n" + entry)
            yield folder / file, f"/etc/{file}"


def _unshare() -> list[str]:
    """Own mounts, so that state is private, and own network, so that no firewall is touched."""
    argv = [program("unshare", "util-linux"), "--mount", "--net", "--propagation", "slave"]
    tried = subprocess.run([*argv, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        raise Missing(
            f"root may not isolate a system daemon here ({tried.stderr.strip()}): "
            "give the container CAP_SYS_ADMIN, or run as an ordinary user for a session daemon"
        )
    return argv
