"""The janitor touches what belongs to its root folder, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kvmtui.demo import host, janitor

ROOT = Path("/var/tmp/kvmtui-abcdefgh")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["/usr/bin/qemu-system-x86_64", "-blockdev", f'{{"filename":"{ROOT}/images/a"}}'], True),
        (["qemu-io", f"{ROOT}/images/a.qcow2"], True),
        (["/usr/libexec/qemu-kvm", "-qmp", f"unix:{ROOT}/lib/qemu/x"], True),
        (["/usr/bin/qemu-system-x86_64", "-blockdev", f"{ROOT}x/images/a"], False),
        (["/usr/bin/qemu-system-x86_64", "-name", "guest=other"], False),
        (["vim", f"{ROOT}/etc/qemu.conf"], False),
        ([""], False),
    ],
)
def test_recognises_its_own(words: list[str], expected: bool) -> None:
    cmdline = b"".join(word.encode() + b"\0" for word in words)
    assert janitor.belongs(cmdline, ROOT) is expected


def test_refuses_a_folder_without_the_mark(tmp_path: Path) -> None:
    command = [sys.executable, janitor.__file__, str(tmp_path), str(os.getpid())]
    done = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert b"is not a demo" in done.stderr
    assert tmp_path.exists()


def test_demo_restores_the_environment_and_closes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/0")
    monkeypatch.delenv("LIBVIRT_LOG_OUTPUTS", raising=False)
    demo = host.prepare("test")
    assert os.environ["XDG_RUNTIME_DIR"].startswith(str(demo.places.root))
    assert demo.state_dir.is_dir()
    demo.close()
    assert os.environ["XDG_RUNTIME_DIR"] == "/run/user/0"
    assert "LIBVIRT_LOG_OUTPUTS" not in os.environ
    assert demo.close(wait=10)
    assert not demo.places.root.exists()
