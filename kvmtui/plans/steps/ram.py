"""The libvirt calls that write the RAM of a domain away, and wake it again."""

from __future__ import annotations

import shlex
from os.path import basename

from kvmtui.model.value import Value
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class ManagedSave(Value):
    """``virDomainManagedSave``: libvirt keeps the file, and the next start goes on from it."""

    domain: str
    watch = Progress.MEMORY

    @property
    def says(self) -> str:
        return f"write the RAM of {self.domain} away and stop it"

    @property
    def virsh(self) -> str:
        return virsh("managedsave", self.domain)


class SaveTo(Value):
    """``virDomainSaveFlags``; libvirt would write over a file that is there already."""

    domain: str
    file: str
    watch = Progress.MEMORY

    @property
    def says(self) -> str:
        return f"write the RAM of {self.domain} into {basename(self.file)} and stop it"

    @property
    def virsh(self) -> str:
        return virsh("save", self.domain, "--file", self.file)


class StartFrom(Value):
    """``virDomainRestoreFlags``, with the definition and on the disks of then."""

    domain: str
    file: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"start {self.domain} with the RAM in {basename(self.file)}"

    @property
    def virsh(self) -> str:
        return shlex.join(["virsh", "restore", "--file", self.file])
