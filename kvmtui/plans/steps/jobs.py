"""The libvirt calls around block jobs."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.value import Value
from kvmtui.model.words import size
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class Commit(Value):
    """``virDomainBlockCommit`` of the active layer, or of one further down."""

    domain: str
    disk: str
    top: str
    """The uppermost layer that is merged."""
    base: str
    bandwidth: int = 0
    """Bytes per second; 0 for no limit."""
    delete: bool = True
    """Remove the merged files when the job ends."""
    active: bool = True
    """``top`` is the active layer; libvirt refuses when it is not any more."""
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        what = f"the layers of {self.disk}" if self.active else basename(self.top)
        return f"merge {what} down into {basename(self.base)}"

    @property
    def virsh(self) -> str:
        words = ["--path", self.disk, "--base", self.base, "--top", self.top]
        words += ["--active"] if self.active else []
        words += ["--bytes", "--bandwidth", str(self.bandwidth)] if self.bandwidth else []
        words += ["--delete"] if self.delete else []
        return virsh("blockcommit", self.domain, *words)


class Pull(Value):
    """``virDomainBlockRebase``: the active layer takes in what lies between it and a base."""

    domain: str
    disk: str
    base: str = ""
    """What it stands on afterwards; empty for nothing."""
    bandwidth: int = 0
    """Bytes per second; 0 for no limit."""
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        which = f"the layers above {basename(self.base)}" if self.base else "all layers"
        return f"pull {which} up into the active one of {self.disk}"

    @property
    def virsh(self) -> str:
        words = ["--path", self.disk]
        words += ["--base", self.base] if self.base else []
        words += ["--bytes", "--bandwidth", str(self.bandwidth)] if self.bandwidth else []
        return virsh("blockpull", self.domain, *words)


class Copy(Value):
    """``virDomainBlockCopy`` to a new file, of all layers or of the active one alone."""

    domain: str
    disk: str
    file: str
    format: str
    bandwidth: int = 0
    """Bytes per second; 0 for no limit."""
    shallow: bool = False
    """The copy stands on what the active layer stands on."""
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        what = f"the active layer of {self.disk}" if self.shallow else self.disk
        return f"copy {what} to {basename(self.file)}"

    @property
    def virsh(self) -> str:
        words = ["--path", self.disk, "--dest", self.file, "--format", self.format]
        words += ["--shallow"] if self.shallow else []
        words += ["--bytes", "--bandwidth", str(self.bandwidth)] if self.bandwidth else []
        return virsh("blockcopy", self.domain, *words, "--transient-job")


class AwaitReady(Value):
    """Waits until the job of a disk says READY; never takes full progress for it."""

    domain: str
    disk: str
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        return f"wait until the job of {self.disk} is ready"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--info")


class AwaitMerged(Value):
    """Waits until a layer below the active one has gone from the chain."""

    domain: str
    disk: str
    top: str
    """The uppermost of those that go."""
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        return f"wait until {basename(self.top)} has left the chain"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--info")


class AwaitOver(Value):
    """Waits until the job of a disk is READY or gone, whatever became of it."""

    domain: str
    disk: str
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        return f"wait until the job of {self.disk} is ready or over"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--info")


class SetSpeed(Value):
    """``virDomainBlockJobSetSpeed``."""

    domain: str
    disk: str
    bandwidth: int
    """Bytes per second; 0 for no limit."""
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        limit = f"limit the job of {self.disk} to {size(self.bandwidth)}/s"
        return limit if self.bandwidth else f"let the job of {self.disk} go as fast as it can"

    @property
    def virsh(self) -> str:
        words = ["--path", self.disk, "--bytes", "--bandwidth", str(self.bandwidth)]
        return virsh("blockjob", self.domain, *words)


class Tune(Value):
    """``virDomainSetBlockIoTune`` of the running domain alone: gone with its next start.

    libvirt changes limits of bytes only together, so those of reads are said too.
    """

    domain: str
    disk: str
    writes: int
    """Bytes per second; 0 for no limit."""
    reads: int = 0
    watch = Progress.BLOCK

    @property
    def says(self) -> str:
        if not self.writes:
            return f"let the guest write to {self.disk} as fast as it can"
        return f"let the guest write at most {size(self.writes)}/s to {self.disk}"

    @property
    def virsh(self) -> str:
        words = ["--device", self.disk, "--live", "--write-bytes-sec", str(self.writes)]
        words += ["--read-bytes-sec", str(self.reads)] if self.reads else []
        return virsh("blkdeviotune", self.domain, *words)


class Pivot(Value):
    """``virDomainBlockJobAbort`` with PIVOT."""

    domain: str
    disk: str
    base: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"switch {self.disk} over to {basename(self.base)}"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--pivot")


class AbortJob(Value):
    """``virDomainBlockJobAbort``: the chain stays as it was before the job."""

    domain: str
    disk: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"cancel the job of {self.disk}"

    @property
    def virsh(self) -> str:
        return virsh("blockjob", self.domain, "--path", self.disk, "--abort")


class AbortRam(Value):
    """``virDomainAbortJob`` while RAM is being saved: the guest goes on, no file is left."""

    domain: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return "cancel saving the RAM"

    @property
    def virsh(self) -> str:
        return virsh("domjobabort", self.domain)
