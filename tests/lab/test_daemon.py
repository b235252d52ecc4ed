"""The lab's daemon is real, its own, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import libvirt
import pytest

from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon, running
from tests.lab.domain import LabDomain, define_blank
from tests.lab.patience import eventually
from tests.lab.versions import HOST
from tests.lab.virsh import Virsh, VirshFailed

pytestmark = [
    pytest.mark.lab,
    pytest.mark.usefixtures("daemon"),
    pytest.mark.parametrize("daemon", [HOST], indirect=True),  # the lab itself is tested
]


def test_it_is_a_libvirtd_of_ours(daemon: Daemon) -> None:
    assert Path(os.readlink(f"/proc/{daemon.pid}/exe")).name == "libvirtd"
    number = daemon.connection.getLibVersion()
    version = f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"
    assert f"libvirt version: {version}" in daemon.log.read_text()
    assert daemon.connection.getType() == "QEMU"
    assert daemon.privileged == (os.geteuid() == 0)


def test_virsh_and_libvirt_see_the_same(daemon: Daemon, virsh: Virsh, blank: LabDomain) -> None:
    connection = daemon.connection
    seen = {found.name(): found.state()[0] for found in connection.listAllDomains()}
    assert seen == {blank.name: libvirt.VIR_DOMAIN_RUNNING}
    assert virsh("list", "--all", "--name").split() == [blank.name]
    assert virsh("domuuid", blank.name) == connection.lookupByName(blank.name).UUIDString()
    virsh("suspend", blank.name)
    assert connection.lookupByName(blank.name).state()[0] == libvirt.VIR_DOMAIN_PAUSED
    assert blank.state == "paused"


def test_the_machines_own_libvirt_is_not_touched(daemon: Daemon, new_blank: NewBlank) -> None:
    made = new_blank("kvmtui-lab-private")
    kept = [path.name for path in daemon.folder.rglob(f"{made.name}.xml")]
    assert kept == [f"{made.name}.xml"]
    for own in (Path("/etc"), Path.home() / ".config"):
        assert not (own / "libvirt" / "qemu" / f"{made.name}.xml").exists()


def test_two_daemons_do_not_know_each_other(virsh: Virsh, blank: LabDomain) -> None:
    with running() as other:
        assert other.virsh("list", "--all", "--name") == ""
        with pytest.raises(VirshFailed, match="failed to get domain"):
            other.virsh("domstate", blank.name)
    assert virsh("domstate", blank.name) == "running"


def test_a_killed_daemon_finds_its_guests_again(daemon: Daemon, blank: LabDomain) -> None:
    before = daemon.pid
    qemu = _qemu(blank)
    try:
        daemon.kill()
        with pytest.raises(VirshFailed, match="connect"):
            daemon.virsh("list")
        assert _lives(qemu)
    finally:
        daemon.start()
    assert daemon.pid != before
    eventually(lambda: blank.state == "running", "the guest is known again")
    assert _qemu(blank) == qemu


def test_a_wedged_daemon_accepts_and_is_silent(daemon: Daemon) -> None:
    with daemon.wedged(), pytest.raises(subprocess.TimeoutExpired):
        daemon.virsh("list", timeout=1.0)
    assert daemon.virsh("list") is not None


def test_the_end_of_a_qemu_is_noticed(blank: LabDomain) -> None:
    qemu = Path(f"/proc/{_qemu(blank)}")
    assert "qemu-system" in (qemu / "cmdline").read_text()
    blank.destroy()
    eventually(lambda: not qemu.exists(), "QEMU is gone and reaped", timeout=1.0)


def test_the_end_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    with running() as other:
        made = define_blank(other, "left-running", tmp_path)
        made.start()
        pids = [other.pid, other.process.pid, _qemu(made)]
        assert [_lives(pid) for pid in pids] == [True, True, True]
    assert [_lives(pid) for pid in pids] == [False, False, False]
    assert not other.folder.exists()


def test_a_crashed_test_run_leaves_nothing_either(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys\n"
        "from tests.lab.daemon import running\n"
        "from tests.lab.domain import define_blank\n"
        "with running() as lab:\n"
        "    made = define_blank(lab, 'left-running', pathlib.Path(sys.argv[1]))\n"
        "    made.start()\n"
        "    print(lab.pid, lab.process.pid, lab.folder, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    pid, enclosure, folder = ran.stdout.split()
    eventually(lambda: not _lives(int(pid)), "libvirtd is gone")
    eventually(lambda: not _lives(int(enclosure)), "the enclosure is gone")
    eventually(lambda: not Path(folder).exists(), "the folder is gone")
    assert _using(tmp_path) == []


def _qemu(domain: LabDomain) -> int:
    """Pid of the domain's QEMU."""
    files = list(domain.daemon.folder.rglob(f"{domain.name}.pid"))
    assert len(files) == 1, files
    return int(files[0].read_text())


def _lives(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "\nState:\tZ" not in status


def _using(folder: Path) -> list[str]:
    """Command lines of living QEMUs that name the folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "qemu-system" in line and str(folder) in line:
            lines.append(line)
    return lines
