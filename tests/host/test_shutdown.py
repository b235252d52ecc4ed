"""A guest that is asked to shut down, and what libvirt answers."""

from __future__ import annotations

from dataclasses import dataclass

import libvirt
import pytest

from kvmtui.host.virt.acting import power
from kvmtui.plans.steps import Power, Verb


@dataclass
class Refusing:
    """A domain whose shutdown libvirt reports as failed, and how it is then."""

    now: tuple[int, int]

    def shutdown(self) -> None:
        raise libvirt.libvirtError("domain is not running")

    def state(self, _flags: int) -> list[int]:
        return [*self.now]


def test_a_guest_that_was_faster_than_its_answer_is_off_as_it_was_wished() -> None:
    off = (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN)
    power.switch(Refusing(off), Power("web", Verb.SHUTDOWN))


@pytest.mark.parametrize(
    "now",
    [
        (libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_BOOTED),
        (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_CRASHED),
        (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_DESTROYED),
    ],
    ids=["runs on", "QEMU died", "forced off"],
)
def test_an_error_of_a_guest_that_did_not_shut_down_is_told(now: tuple[int, int]) -> None:
    with pytest.raises(libvirt.libvirtError):
        power.switch(Refusing(now), Power("web", Verb.SHUTDOWN))
