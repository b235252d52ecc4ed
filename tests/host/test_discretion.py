"""No password of a URI gets further than the command line that it was typed in."""

from __future__ import annotations

import pytest

from kvmtui.host.base import HostError, Refused
from kvmtui.host.discretion import discreet
from kvmtui.host.virt import Opener


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("qemu+ssh://user:hunter2@host/system", "qemu+ssh://user@host/system"),
        (
            "qemu+ssh://user:hun@ter:2@[::1]:22/system?a=b@c",
            "qemu+ssh://user@[::1]:22/system?a=b@c",
        ),
        ("cannot open https://u:p@a/x and nbd://u:p@b", "cannot open https://u@a/x and nbd://u@b"),
        ("qemu+ssh://user@host:22/system", "qemu+ssh://user@host:22/system"),
        ("qemu+tcp://[fe80::1]:16509/system", "qemu+tcp://[fe80::1]:16509/system"),
        ("qemu:///system?socket=/a:b@c", "qemu:///system?socket=/a:b@c"),
        ("test://:x@host/y", "test://@host/y"),
        ("", ""),
    ],
)
def test_a_password_is_left_out(text: str, told: str) -> None:
    assert discreet(text) == told


def test_hosts_and_errors_know_none(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = "qemu+tcp://user:hunter2@127.0.0.1:1/system"
    assert Opener(uri).uri == "qemu+tcp://user@127.0.0.1:1/system"
    assert "hunter2" not in str(Refused(f"internal error: Unable to parse URI {uri}"))
    monkeypatch.setenv("VIRSH_DEFAULT_CONNECT_URI", f"{uri} ")
    with pytest.raises(HostError) as raised:
        Opener("").open()
    assert "hunter2" not in str(raised.value)
