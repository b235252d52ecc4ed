"""When libvirt is done with a domain: not yet between two questions to its QEMU."""

from __future__ import annotations

from collections.abc import Iterator

import libvirt
import pytest

from kvmtui.host.virt import resting

NONE, AT_WORK = libvirt.VIR_DOMAIN_JOB_NONE, libvirt.VIR_DOMAIN_JOB_UNBOUNDED


class Working:
    """A running domain, with what libvirt is at whenever it is looked at; QEMU answers it all."""

    def __init__(self, kinds: Iterator[int], operation: int | None = None) -> None:
        self._kinds = kinds
        self._operation = operation

    def isActive(self) -> bool:  # noqa: N802 - libvirt's name
        return True

    def controlInfo(self, _flags: int) -> tuple[int, int, int]:  # noqa: N802
        return libvirt.VIR_DOMAIN_CONTROL_OK, 0, 0

    def jobInfo(self) -> list[int]:  # noqa: N802
        return [next(self._kinds)]

    def jobStats(self, _flags: int) -> dict[str, int]:  # noqa: N802
        if self._operation is None:
            raise libvirt.libvirtError("invalid job statistics type")
        return {"operation": self._operation}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resting, "LOOK", 0)


@pytest.mark.parametrize("operation", [None, libvirt.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT])
def test_a_job_is_waited_for(operation: int | None) -> None:
    kinds = iter((AT_WORK, AT_WORK, NONE))
    resting.settle(Working(kinds, operation))
    assert list(kinds) == []


def test_a_backup_is_not_waited_for() -> None:
    kinds = iter((AT_WORK, NONE))
    resting.settle(Working(kinds, libvirt.VIR_DOMAIN_JOB_OPERATION_BACKUP))
    assert list(kinds) == [NONE]
