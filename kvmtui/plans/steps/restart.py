"""The libvirt calls that put a domain back on images of the past, without touching these."""

from __future__ import annotations

import shlex

from kvmtui.model.value import Value
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.snapshots import Target
from kvmtui.plans.steps.spelling import virsh


def _recorded(domain: str, snapshot: str) -> str:
    return virsh("snapshot-dumpxml", domain, "--snapshotname", snapshot, "--security-info")


class StartOver(Value):
    """``virDomainDefineXML`` with what a snapshot recorded, and new overlays on its images.

    The two belong together: between them the domain stands on images that must not be written
    to. When the overlays cannot be made, the definition of before is put back.
    """

    domain: str
    snapshot: str
    targets: tuple[Target, ...] = ()
    stay: tuple[str, ...] = ()
    """Disks that keep their present definition: the snapshot left them out."""
    ran: bool = False
    """The domain was forced off for it, and is started again where the overlays cannot be made."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        but = f", {', '.join(self.stay)} as it is now" if self.stay else ""
        return f"put back the definition of “{self.snapshot}”, on new overlays{but}"

    @property
    def virsh(self) -> str:
        specs = [word for target in self.targets for word in ("--diskspec", target.spec)]
        overlays = virsh(
            "snapshot-create-as", self.domain, "--no-metadata", "--disk-only", "--atomic", *specs
        )
        dump = _recorded(self.domain, self.snapshot)
        return f"virsh define --file THEN.xml && {overlays}   # the <domain> of: {dump}"


class RestoreRam(Value):
    """``virDomainRestoreFlags``: the RAM of an external snapshot, on other disks.

    libvirt writes such a file in the format of ``virsh save``, and leaves it as it is when it
    restores from it. The disks must hold what they held when the RAM was saved.
    """

    domain: str
    snapshot: str
    file: str
    disks: tuple[Target, ...]
    """The overlays that the guest goes on in."""
    paused: bool = False
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        state = "paused" if self.paused else "running"
        return f"bring back the RAM of “{self.snapshot}” and leave the domain {state}"

    @property
    def virsh(self) -> str:
        words = ["virsh", "restore", "--file", self.file, "--xml", "THEN.xml"]
        words.append("--paused" if self.paused else "--running")
        overlays = ", ".join(f"{disk.disk}: {disk.file}" for disk in self.disks)
        dump = _recorded(self.domain, self.snapshot)
        return f"{shlex.join(words)}   # the <domain>, on {overlays}, of: {dump}"
