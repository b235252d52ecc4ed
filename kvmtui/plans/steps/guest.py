"""The libvirt calls that the guest agent carries out inside a domain."""

from __future__ import annotations

from kvmtui.model.value import Value
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class Freeze(Value):
    """``virDomainFSFreeze``: the guest writes out what it holds back, and then nothing more."""

    domain: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return "freeze the file systems of the guest"

    @property
    def virsh(self) -> str:
        return virsh("domfsfreeze", self.domain)


class Thaw(Value):
    """``virDomainFSThaw``: the guest can write again; nothing happens to one that is thawed."""

    domain: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return "thaw the file systems of the guest"

    @property
    def virsh(self) -> str:
        return virsh("domfsthaw", self.domain)


class SetTime(Value):
    """``virDomainSetTime`` with SYNC: RAM that comes back brings the time of then with it."""

    domain: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return "set the clock of the guest"

    @property
    def virsh(self) -> str:
        return virsh("domtime", self.domain, "--sync")
