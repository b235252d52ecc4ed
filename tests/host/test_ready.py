"""A merge is waited for until libvirt itself says that it is ready."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kvmtui.host.base import Refused
from kvmtui.host.virt import acting
from kvmtui.host.virt.acting import jobs
from kvmtui.plans.steps import AwaitReady

STEP = AwaitReady("m", "vda")


class Merging:
    """A domain whose job shows full progress from the beginning, as an idle one's does."""

    def __init__(self, *mirrors: str, ends: bool = False) -> None:
        self.mirrors: Iterator[str] = iter(mirrors)
        self.ends = ends

    def XMLDesc(self, _flags: int) -> str:  # noqa: N802 - libvirt's name
        mirror = next(self.mirrors)
        return f"""<domain><name>m</name><devices><disk type='file' device='disk'>
<source file='/img/top'/><target dev='vda'/>{mirror}</disk></devices></domain>"""

    def blockJobInfo(self, _target: str, _flags: int) -> dict[str, int]:  # noqa: N802
        return {} if self.ends else {"type": 4, "bandwidth": 0, "cur": 1 << 20, "end": 1 << 20}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOOK", 0)


def mirror(ready: str = "") -> str:
    return f"<mirror type='file' job='active-commit'{ready}><source file='/img/base'/></mirror>"


def test_full_progress_is_not_taken_for_it() -> None:
    domain = Merging(mirror(), mirror(), mirror(" ready='yes'"), "never asked for")
    acting.perform(domain, STEP)
    assert list(domain.mirrors) == ["never asked for"]


@pytest.mark.parametrize("last", ["", mirror()], ids=["gone", "going"])
def test_a_job_that_ends_before_is_an_error(last: str) -> None:
    with pytest.raises(Refused, match="ended before it was ready"):
        acting.perform(Merging(last, ends=True), STEP)
