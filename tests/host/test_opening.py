"""Opening a host: no prompt on the screen, and errors that say what to do."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kvmtui.host.base import Denied, HostError, Lost
from kvmtui.host.virt import Opener
from kvmtui.host.virt.opening import is_within, mend, without_prompts

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("uri", "asked"),
    [
        ("qemu+ssh://root@kvm1/system", "qemu+ssh://root@kvm1/system?no_tty=1"),
        (
            "qemu+ssh://kvm1/system?keyfile=/k%20y&socket=/s",
            "qemu+ssh://kvm1/system?keyfile=%2Fk+y&socket=%2Fs&no_tty=1",
        ),
        ("qemu+ssh://kvm1/system?no_tty=0", "qemu+ssh://kvm1/system?no_tty=0"),
        ("qemu+ssh://[fe80::1]:2222/system", "qemu+ssh://[fe80::1]:2222/system?no_tty=1"),
        ("qemu+libssh2://kvm1/system", "qemu+libssh2://kvm1/system"),
        ("qemu+tls://kvm1/system", "qemu+tls://kvm1/system"),
        ("qemu:///system", "qemu:///system"),
        ("qemu+unix:///system?socket=/a b", "qemu+unix:///system?socket=/a b"),
        ("test:///default", "test:///default"),
        ("", ""),
    ],
)
def test_only_ssh_gets_the_word_that_keeps_it_from_asking(uri: str, asked: str) -> None:
    assert without_prompts(uri) == asked


@pytest.mark.parametrize(
    ("uri", "within"),
    [
        ("test:///default", True),
        ("test:////tmp/node.xml", True),
        ("qemu:///embed?root=/x", True),
        ("qemu:///system", False),
        ("test+tcp://kvm1/default", False),
        ("qemu+ssh://kvm1/embed", False),
        ("", False),
    ],
)
def test_drivers_within_this_process_are_known(uri: str, within: bool) -> None:
    assert is_within(uri) is within


def failure(uri: str) -> HostError:
    """What opening raises."""
    with pytest.raises(HostError) as raised:
        Opener(uri).open()
    return raised.value


def test_an_unknown_driver_says_so_and_shows_a_right_one() -> None:
    error = failure("nonsense")
    assert isinstance(error, Lost)
    assert "no connection driver available" in str(error)
    assert str(error).endswith("check the spelling of nonsense, for example qemu:///system")


def test_an_absent_socket_says_what_to_start(tmp_path: Path) -> None:
    error = failure(f"qemu+unix:///system?socket={tmp_path}/none")
    assert isinstance(error, Lost)
    assert f"{tmp_path}/none" in str(error)
    assert str(error).endswith("start libvirtd (or virtqemud), or name another host with -c URI")


def test_a_refused_network_connection_says_what_to_start() -> None:
    error = failure("qemu+tcp://127.0.0.1:1/system")
    assert isinstance(error, Lost)
    assert "refused" in str(error)
    assert "start libvirtd" in str(error)


def test_an_ssh_that_fails_never_asks_and_says_how_to_try_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$*" > {seen}\necho denied >&2\nexit 255\n')
    ssh.chmod(ssh.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    error = failure("qemu+ssh://root@kvm-none/system")
    assert isinstance(error, Lost)
    assert str(error).endswith("check that `ssh kvm-none` works without a password")
    assert "BatchMode=yes" in seen.read_text()


def test_a_socket_that_one_may_not_open_says_who_may(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only a superuser can be somebody else")
    code = (
        "import sys; from kvmtui.host.virt import Opener\n"
        "from kvmtui.host.base import HostError\n"
        "import os; os.setuid(65534)\n"
        "try: Opener(sys.argv[1]).open()\n"
        "except HostError as error: print(type(error).__name__, error)"
    )
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, "-c", code, f"qemu+unix:///system?socket={closed}/sock"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ermission denied" in done.stdout
    assert done.stdout.rstrip().endswith(
        "run as root, or add your user to the group libvirt and log in again"
    )
    assert done.stderr == ""


@pytest.mark.parametrize(
    "message",
    [
        "authentication unavailable: no polkit agent available to authenticate action",
        "Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied",
    ],
)
def test_what_polkit_or_the_socket_refuses_is_mended_by_the_group(message: str) -> None:
    assert "group libvirt" in mend("qemu:///system", message)


@pytest.mark.parametrize("uri", ["", "qemu:///system", "qemu+ssh:///x", "a%zz://", "qemu+ssh://["])
def test_a_mend_is_found_for_any_uri(uri: str) -> None:
    assert mend(uri, "whatever")


@pytest.mark.parametrize("uri", ["qemu+ssh://[", "http://[::1/x", "qemu+ssh://[x]/system"])
def test_an_impossible_uri_is_an_error_of_the_host_and_not_a_crash(uri: str) -> None:
    assert isinstance(failure(uri), Lost | Denied)


def test_all_lanes_share_a_connection_within_the_process(tmp_path: Path) -> None:
    node = tmp_path / "node.xml"
    node.write_text("<node/>")
    opener = Opener(f"test://{node}")
    first, second = opener.open(), opener.open()
    assert first.handle is second.handle
    first.close()
    assert second.domains() == ()


def test_read_only_is_passed_on(tmp_path: Path) -> None:
    node = tmp_path / "node.xml"
    node.write_text("<node/>")
    connection = Opener(f"test://{node}", readonly=True).open()
    with pytest.raises(Denied):
        connection.lend(lambda handle: handle.defineXML("<domain/>"))
