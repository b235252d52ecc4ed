"""Correcting what libvirt records of snapshots, and removing the files that it leaves behind."""

from __future__ import annotations

import shlex
from os.path import basename

from kvmtui.model.value import Value
from kvmtui.model.words import listed
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class Amend(Value):
    """``virDomainSnapshotCreateXML`` with REDEFINE, for snapshots that stood on a merged layer."""

    domain: str
    disk: str
    merged: str
    """The layer that is gone from the chain."""
    base: str
    """The layer that took it in."""
    kind: str
    """libvirt's type of the base: file or block."""
    format: str
    """Image format of the base."""
    snapshots: tuple[str, ...]
    between: tuple[str, ...] = ()
    """Layers from the merged one down to the base that are gone with it."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        whose = ", ".join(f"“{name}”" for name in self.snapshots)
        merged, base = basename(self.merged), basename(self.base)
        return f"correct the records of {whose}: {merged} is part of {base} now"

    @property
    def virsh(self) -> str:
        return _rewritten(self.domain, self.snapshots)


class RemoveFile(Value):
    """``virStorageVolDelete``, or ``unlink`` where the file is in no storage pool of the host.

    Not carried out while anything still names the file.
    """

    domain: str
    file: str
    pooled: bool = False
    """It lies in an active storage pool."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"remove {basename(self.file)}"

    @property
    def virsh(self) -> str:
        return shlex.join(
            ["virsh", "vol-delete", "--vol", self.file] if self.pooled else ["rm", "--", self.file]
        )


class Vouch(Value):
    """``virDomainSnapshotCreateXML`` with REDEFINE: notes when the images were written last.

    That is how it can be told later that they hold what they did, once the chain of the domain
    shows them no more.
    """

    domain: str
    disk: str
    snapshots: tuple[str, ...]
    must: bool = True
    """Else those are passed over whose images cannot be looked at."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"note when the images of {listed(self.snapshots)} were written last ({self.disk})"

    @property
    def virsh(self) -> str:
        return _rewritten(self.domain, self.snapshots)


def _rewritten(domain: str, snapshots: tuple[str, ...]) -> str:
    words = ("--xmlfile", "EDITED.xml", "--redefine")
    dumps = (
        virsh("snapshot-dumpxml", domain, "--snapshotname", name, "--security-info")
        for name in snapshots
    )
    return f"{virsh('snapshot-create', domain, *words)}   # each of: {'; '.join(dumps)}"
