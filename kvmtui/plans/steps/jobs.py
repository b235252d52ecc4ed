"""The libvirt calls around block jobs."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import basename

from kvmtui.plans.steps.spelling import Watch, virsh


@dataclass(frozen=True, slots=True)
class Commit:
    """``virDomainBlockCommit`` of the active layer."""

    domain: str
    disk: str
    base: str
    bandwidth: int = 0
    """Bytes per second; 0 for no limit."""
    delete: bool = True
    """Remove the merged files when the job ends."""
    watch = Watch.BLOCK

    @property
    def says(self) -> str:
        return f"merge the layers of {self.disk} down into {basename(self.base)}"

    @property
    def virsh(self) -> str:
        words = ["--path", self.disk, "--base", self.base, "--active"]
        words += ["--bytes", "--bandwidth", str(self.bandwidth)] if self.bandwidth else []
        words += ["--delete"] if self.delete else []
        return virsh("blockcommit", self.domain, *words)


@dataclass(frozen=True, slots=True)
class AwaitReady:
    """Waits until the job of a disk says READY; never takes full progress for it."""

    domain: str
    disk: str
    watch = Watch.BLOCK

    @property
    def says(self) -> str:
        return f"wait until the merge of {self.disk} is ready"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--info")


@dataclass(frozen=True, slots=True)
class Pivot:
    """``virDomainBlockJobAbort`` with PIVOT."""

    domain: str
    disk: str
    base: str
    watch = Watch.NOTHING

    @property
    def says(self) -> str:
        return f"switch {self.disk} over to {basename(self.base)}"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--pivot")


@dataclass(frozen=True, slots=True)
class AbortJob:
    """``virDomainBlockJobAbort``: the chain stays as it was before the job."""

    domain: str
    disk: str
    watch = Watch.NOTHING

    @property
    def says(self) -> str:
        return f"cancel the job of {self.disk}"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--abort")
