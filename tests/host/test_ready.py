"""A job is ready, and waited for, only when libvirt itself says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kvmtui.host.base import Refused
from kvmtui.host.virt import acting, reading
from kvmtui.host.virt.acting import jobs
from kvmtui.plans.steps import AwaitReady

STEP = AwaitReady("m", "vda")


class Merging:
    """A domain whose job shows full progress from the beginning, as an idle one's does."""

    def __init__(self, *mirrors: str, ends: bool = False, kind: int = 4, left: int = 0) -> None:
        self.mirrors: Iterator[str] = iter(mirrors)
        self.ends = ends
        self.kind = kind
        self.left = left

    def XMLDesc(self, _flags: int) -> str:  # noqa: N802 - libvirt's name
        mirror = next(self.mirrors)
        return f"""<domain><name>m</name><devices><disk type='file' device='disk'>
<source file='/img/top'/><target dev='vda'/>{mirror}</disk></devices></domain>"""

    def blockJobInfo(self, _target: str, _flags: int) -> dict[str, int]:  # noqa: N802
        return {} if self.ends else self._info

    @property
    def _info(self) -> dict[str, int]:
        return {"type": self.kind, "bandwidth": 0, "cur": (1 << 20) - self.left, "end": 1 << 20}


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


READY = " ready='yes'"
PULL, COPY, COMMIT = 1, 2, 3
"""libvirt's block job types."""


def shown(domain: Merging, *ready: str) -> bool:
    (job,) = reading.jobs(domain, ("vda",), frozenset(ready))
    return job.ready


def test_a_job_with_full_progress_is_ready_when_the_live_definition_says_so() -> None:
    domain = Merging(mirror(), mirror(READY), "never asked for")
    assert [shown(domain), shown(domain)] == [False, True]
    assert shown(Merging(mirror(READY), kind=COPY))


def test_the_definition_is_read_only_where_it_could_say_something_new() -> None:
    """Progress is polled."""
    assert not shown(Merging(left=1))
    assert shown(Merging(), "vda")
    assert shown(Merging(left=1), "vda"), "ready it stays while the guest writes on"
    assert not shown(Merging(kind=COMMIT))
    assert not shown(Merging(kind=PULL), "vda")
