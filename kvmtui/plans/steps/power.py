"""The libvirt calls that start, stop and pause a domain."""

from __future__ import annotations

from enum import Enum

from kvmtui.model import errand
from kvmtui.model.value import Value
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps.spelling import virsh


class Verb(Enum):
    """What the power menu can do."""

    START = "start"
    START_PAUSED = "start paused"
    START_FRESH = "start fresh"
    """Without the saved RAM that waits."""
    START_FROM = "start from a file"
    """With RAM that was saved to a file."""
    SHUTDOWN = "shut down"
    PAUSE = "pause"
    RESUME = "resume"
    FORCE_OFF = "force off"
    SAVE = "save RAM and stop"
    SAVE_TO = "save RAM to a file"


_VIRSH = {
    Verb.START: ("start",),
    Verb.START_PAUSED: ("start", "--paused"),
    Verb.START_FRESH: ("start", "--force-boot"),
    Verb.SHUTDOWN: ("shutdown",),
    Verb.PAUSE: ("suspend",),
    Verb.RESUME: ("resume",),
    Verb.FORCE_OFF: ("destroy",),
}


class Power(Value):
    """Start, stop, pause or resume: ``virDomainCreate``, ``Shutdown``, ``Suspend``, …"""

    domain: str
    verb: Verb
    only_paused: bool = False
    """Not carried out on a guest that runs: somebody has resumed it meanwhile."""
    for_merge: bool = False
    """Noted in the running definition, for whoever finds it paused when nobody merges any more."""
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        unless = ", if it is paused still" if self.only_paused else ""
        return f"{self.verb.value} {self.domain}{unless}"

    @property
    def virsh(self) -> str:
        command, *words = _VIRSH[self.verb]
        unless = "   # if it is paused still" if self.only_paused else ""
        line = virsh(command, self.domain, *words)
        if self.for_merge:
            words = ["--uri", errand.NAMESPACE, "--key", errand.PREFIX, "--set", errand.NOTE]
            line = f"{line} && {virsh('metadata', self.domain, *words, '--live')}"
        return f"{line}{unless}"


class Flush(Value):
    """``virDomainSuspend`` and ``virDomainResume``: a QEMU that stops its guest writes down all.

    Not carried out on a guest that does not run: it must not run afterwards either.
    """

    domain: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return f"have QEMU write down what it holds of the disks of {self.domain}"

    @property
    def virsh(self) -> str:
        return f"{virsh('suspend', self.domain)} && {virsh('resume', self.domain)}"


class RemoveManagedSave(Value):
    """``virDomainManagedSaveRemove``: the saved RAM would not fit the disks any more."""

    domain: str
    watch = Progress.NOTHING

    @property
    def says(self) -> str:
        return "remove the saved RAM image"

    @property
    def virsh(self) -> str:
        return virsh("managedsave-remove", self.domain)
