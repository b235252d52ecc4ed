"""The libvirt calls that make, restore, correct and remove snapshots."""

from __future__ import annotations

from enum import Enum

from kvmtui.model.value import Value
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class After(Enum):
    """In which state a domain is left by a revert."""

    RECORDED = "as it was then"
    RUNNING = "running"
    PAUSED = "paused"
    OFF = "shut off"


class Target(Value):
    """What a new snapshot does with one disk."""

    disk: str
    mode: str
    """external, internal or no."""
    file: str = ""
    """The overlay to be made."""
    block: bool = False
    """The overlay is a block device."""

    @property
    def spec(self) -> str:
        """virsh's ``--diskspec``, in which a comma within a value is doubled."""
        kind = ",stype=block" if self.block else ""
        file = f",file={self.file.replace(',', ',,')}" if self.file else ""
        return f"{self.disk},snapshot={self.mode}{kind}{file}"


class CreateSnapshot(Value):
    """``virDomainSnapshotCreateXML``."""

    domain: str
    name: str
    description: str = ""
    targets: tuple[Target, ...] = ()
    disk_only: bool = False
    memory_file: str = ""
    """Saves the RAM there; empty for none, or for RAM inside the images."""
    quiesce: bool = False
    live: bool = False
    """The guest runs on while its RAM is saved."""
    reuse: bool = False
    """The overlays exist already."""

    @property
    def watch(self) -> Progress:
        return Progress.MEMORY if self.memory_file else Progress.NOTHING

    @property
    def says(self) -> str:
        what = "disks only" if self.disk_only else "disks and RAM" if self.memory_file else "inside"
        quiet = ", file systems frozen meanwhile" if self.quiesce else ""
        return f"take snapshot “{self.name}” ({what}{quiet})"

    @property
    def virsh(self) -> str:
        words = ["--name", self.name]
        if self.description:
            words += ["--description", self.description]
        if self.disk_only:
            words += ["--disk-only", "--atomic"]
        if self.quiesce:
            words.append("--quiesce")
        words += ["--live"] if self.live else []
        words += ["--reuse-external"] if self.reuse else []
        if self.memory_file:
            words += ["--memspec", f"{self.memory_file.replace(',', ',,')},snapshot=external"]
        for target in self.targets:
            words += ["--diskspec", target.spec]
        return virsh("snapshot-create-as", self.domain, *words)


class RevertSnapshot(Value):
    """``virDomainRevertToSnapshot``."""

    domain: str
    snapshot: str
    after: After = After.RECORDED
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"go back to “{self.snapshot}” and leave the domain {self.after.value}"

    @property
    def virsh(self) -> str:
        state = {After.RUNNING: ["--running"], After.PAUSED: ["--paused"]}.get(self.after, [])
        return virsh("snapshot-revert", self.domain, "--snapshotname", self.snapshot, *state)


class DeleteSnapshot(Value):
    """``virDomainSnapshotDelete``, never together with those below it.

    The daemon may die of that: it goes on with a second child after it has freed it.
    """

    domain: str
    snapshot: str
    metadata_only: bool = False
    merges: bool = False
    """External: the overlay is merged into its base by a block job."""
    keeps: tuple[str, ...] = ()
    """Snapshots below it whose records this libvirt would rewrite: they are put back."""
    inside: bool = False
    """Internal: the images must not hold it afterwards, which libvirt does not look at."""

    @property
    def watch(self) -> Progress:
        return Progress.BLOCK if self.merges else Progress.NOTHING

    @property
    def says(self) -> str:
        if self.metadata_only:
            kept = f"; put back those of {len(self.keeps)} below" if self.keeps else ""
            return f"forget the record of snapshot “{self.snapshot}”{kept}"
        return f"delete snapshot “{self.snapshot}”"

    @property
    def virsh(self) -> str:
        words = ["--snapshotname", self.snapshot]
        words += ["--metadata"] if self.metadata_only else []
        delete = virsh("snapshot-delete", self.domain, *words)
        saved = [_dump(self.domain, name, f"{n}.xml") for n, name in enumerate(self.keeps, 1)]
        back = [_put_back(self.domain, f"{n}.xml") for n, _ in enumerate(self.keeps, 1)]
        return " && ".join((*saved, delete, *back))


def _dump(domain: str, snapshot: str, file: str) -> str:
    words = ("--snapshotname", snapshot, "--security-info")
    return f"{virsh('snapshot-dumpxml', domain, *words)} > {file}"


def _put_back(domain: str, file: str) -> str:
    return virsh("snapshot-create", domain, "--xmlfile", file, "--redefine")


class Redefine(Value):
    """``virDomainSnapshotCreateXML`` with REDEFINE: corrects what is recorded of a snapshot."""

    domain: str
    snapshot: str
    overlays: tuple[tuple[str, str], ...] = ()
    """(target, file): the overlays that belong to the snapshot from now on."""
    current: bool = False
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        tail = " and make it the current one" if self.current else ""
        return f"record the overlays of “{self.snapshot}”{tail}"

    @property
    def virsh(self) -> str:
        words = ["--xmlfile", "EDITED.xml", "--redefine", *(["--current"] if self.current else [])]
        return virsh("snapshot-create", self.domain, *words)
