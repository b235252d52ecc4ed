"""A guest that is asked to shut down, and what libvirt answers."""

from __future__ import annotations

from dataclasses import dataclass

import libvirt
import pytest

from kvmtui.host.virt.acting import power
from kvmtui.plans.steps import Power, Verb


@dataclass
class Refusing:
    """A domain whose shutdown libvirt reports as failed."""

    active: bool

    def shutdown(self) -> None:
        raise libvirt.libvirtError("domain is not running")

    def isActive(self) -> bool:  # noqa: N802 - libvirt's name
        return self.active


def test_a_guest_that_was_faster_than_its_answer_is_off_as_it_was_wished() -> None:
    power.switch(Refusing(active=False), Power("web", Verb.SHUTDOWN))


def test_an_error_of_a_guest_that_runs_on_is_told() -> None:
    with pytest.raises(libvirt.libvirtError):
        power.switch(Refusing(active=True), Power("web", Verb.SHUTDOWN))
