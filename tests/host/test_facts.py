"""What a host says of itself, also to somebody who may not know everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import libvirt
import pytest

from kvmtui.host.base import Denied, HostError
from kvmtui.host.virt import Connection, Opener
from kvmtui.host.virt.facts import FOR_READING

ACCESS_DENIED, OPERATION_DENIED, NO_SUPPORT = 88, 29, 3


class Tight:
    """libvirt's own connection, but for some calls that it answers by an error."""

    def __init__(self, handle: Any, code: int, *calls: str) -> None:
        self._handle = handle
        self._code = code
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        return self._refuse if name in self._calls else getattr(self._handle, name)

    def _refuse(self, *_arguments: object) -> None:
        error = libvirt.libvirtError("denied")
        error.err = (self._code, libvirt.VIR_FROM_ACCESS, "denied", 2, "", None, None, -1, -1)
        raise error


@pytest.fixture
def handle(tmp_path: Path) -> Any:
    node = tmp_path / "node.xml"
    node.write_text("<node/>")
    return Opener(f"test://{node}").open().handle


def test_what_may_not_be_known_does_not_keep_anybody_out(handle: Any) -> None:
    whole = Connection(handle).facts()
    calls = ("getCapabilities", "getHostname")
    found = Connection(Tight(handle, ACCESS_DENIED, *calls)).facts()
    assert (found.libvirt, found.hypervisor) == (whole.libvirt, whole.hypervisor)
    assert (found.name, found.external_revert) == ("", False)
    with pytest.raises(HostError):
        Connection(Tight(handle, NO_SUPPORT, *calls)).facts()


def test_who_is_not_let_in_at_all_is_told_so(handle: Any) -> None:
    with pytest.raises(Denied):
        Connection(Tight(handle, ACCESS_DENIED, "getLibVersion")).facts()


@pytest.mark.parametrize(
    ("code", "barred"), [(OPERATION_DENIED, FOR_READING), (ACCESS_DENIED, ""), (NO_SUPPORT, "")]
)
def test_only_a_connection_for_reading_is_called_one(handle: Any, code: int, barred: str) -> None:
    tight = Tight(handle, code, "domainXMLFromNative")
    assert Connection(tight).facts().barred == barred
    assert Connection(tight, readonly=True).facts().barred == "", "nobody wanted more"
    assert Connection(tight, barred="closed").facts().barred == "closed"
