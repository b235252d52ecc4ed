"""The libvirt calls that change what is written down: of a snapshot, and of the domain itself."""

from __future__ import annotations

from kvmtui.model.value import Value
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class EditRecord(Value):
    """``virDomainSnapshotCreateXML`` with REDEFINE: a snapshot's own record, changed in parts."""

    domain: str
    snapshot: str
    name: str = ""
    """Recorded once more under this name; empty to change the record itself."""
    description: str | None = None
    """None for the one it has; likewise below."""
    parent: str | None = None
    current: bool = False
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        if self.name:
            told = f"record “{self.snapshot}” as “{self.name}” too"
        elif self.parent is not None:
            told = f"hang “{self.snapshot}” below “{self.parent}”"
        elif self.description is not None:
            told = f"describe “{self.snapshot}” in other words"
        else:
            told = f"record “{self.snapshot}” as it is"
        return f"{told} and make it the current one" if self.current else told

    @property
    def virsh(self) -> str:
        """The elements to edit are named, not their texts: a text can end a comment."""
        words = [*(["--clone"] if self.name else []), *(["--current"] if self.current else [])]
        parts = (("name", self.name or None), ("description", self.description))
        edited = [f"<{tag}>" for tag, text in (*parts, ("parent", self.parent)) if text is not None]
        line = virsh("snapshot-edit", self.domain, "--snapshotname", self.snapshot, *words)
        return f"{line}   # edit {', '.join(edited)}" if edited else line


class AdoptSnapshot(Value):
    """``virDomainSnapshotCreateXML`` with REDEFINE of a record that libvirt never had."""

    domain: str
    snapshot: str
    description: str
    created: int
    """Seconds since 1970."""
    ram: bool
    """The images hold its RAM too."""
    inside: tuple[str, ...]
    """Targets of writable disks."""
    others: tuple[str, ...] = ()
    """All other targets."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"record “{self.snapshot}” as a snapshot inside the images"

    @property
    def virsh(self) -> str:
        line = virsh("snapshot-create", self.domain, "--xmlfile", "RECORD.xml", "--redefine")
        now = virsh("dumpxml", self.domain, "--inactive", "--security-info")
        return f"{line}   # around the <domain> of: {now}"


class SetMetadata(Value):
    """``virDomainSetMetadata`` of the domain's title or description."""

    domain: str
    kind: str
    """title or description."""
    text: str
    """Empty for none."""
    config: bool = True
    """From the next start on."""
    live: bool = False
    """In the running domain."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"write the {self.kind} of {self.domain}" if self.text else f"remove the {self.kind}"

    @property
    def virsh(self) -> str:
        words = [*(["--live"] if self.live else []), *(["--config"] if self.config else [])]
        words += ["--title"] if self.kind == "title" else []
        return virsh("desc", self.domain, *words, "--new-desc", self.text)
