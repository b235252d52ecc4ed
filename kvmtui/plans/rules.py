"""Preflight rules that several wishes share: each says by name why libvirt would refuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.domain import RESTORED, State
from kvmtui.model.snapshot import Memory
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject

NAME_BYTES = 247
"""libvirt writes the record to ``<name>.xml.new``; file names end at 255 bytes."""

NOT_XML = "\ufffe\uffff"
"""Characters besides controls that XML cannot hold."""

NESTING = range(10_008_000, 12_000_000)
"""libvirt versions that cannot start a domain whose chain has more than 24 overlays."""

JOBS_NAMED = 10_009_000
"""From here on QEMU does internal snapshots as jobs that libvirt calls after the snapshot."""

JOB_NAME = re.compile(r"[A-Za-z0-9._-]+")
"""What QEMU takes in the name of a job."""

IMAGES_ASLEEP = range(11_000_000, 12_000_000)
"""libvirt versions whose QEMU takes its images over only when restored RAM is resumed."""

DEPTH_REFUSED = 20
DEPTH_WARNED = 10
DEPTH_LIMIT = 200


def first(*refusals: Refusal | None) -> Refusal | None:
    """The first rule that refuses."""
    return next((refusal for refusal in refusals if refusal is not None), None)


def name_fits(subject: Subject, name: str) -> Refusal | None:
    """Whether libvirt takes ``name`` for a new snapshot."""
    if not name.strip():
        return Refusal("name empty", "the snapshot needs a name")
    if "/" in name:
        return Refusal("name slash", "a snapshot name cannot hold “/”")
    if name.startswith("."):
        return Refusal("name dot", "a snapshot name cannot start with “.”")
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in NOT_XML for c in name):
        return Refusal("name control", "a snapshot name cannot hold control characters")
    if len(name.encode()) > NAME_BYTES:
        return Refusal("name long", f"a snapshot name ends at {NAME_BYTES} bytes")
    if subject.forest.get(name):
        return Refusal("name taken", f"a snapshot “{name}” exists already")
    return None


def names_a_job(subject: Subject, name: str) -> Refusal | None:
    """Whether QEMU can save, load or delete an internal snapshot of that name while it runs."""
    named = subject.host.facts.has_block_jobs and subject.libvirt >= JOBS_NAMED
    if not named or JOB_NAME.fullmatch(name):
        return None
    reason = f"QEMU takes only A-Z, a-z, 0-9, “.”, “_” and “-” in “{name}” while it runs"
    return Refusal("name job", reason)


def can_be_said(subject: Subject, name: str) -> Refusal | None:
    """Whether QEMU can save or delete an internal snapshot of that name while it runs.

    Without jobs the name goes between quotation marks into a line for QEMU's monitor as it is. What
    QEMU answers to such a line libvirt takes for success: no image holds the snapshot then, or
    still does.
    """
    garbled = subject.libvirt < JOBS_NAMED and any(c in '"\\' for c in name)
    if not (garbled and subject.host.facts.has_block_jobs):
        return names_a_job(subject, name)
    reason = f"this libvirt garbles “{name}” on the way to a QEMU that runs, and calls it done"
    return Refusal("name quoted", reason, "choose another name")


def twice(image: str, name: str) -> Refusal:
    """QEMU would take the first of them, and kvmtui knows of one."""
    return Refusal("twice", f"{basename(image)} holds more than one “{name}”")


def text_fits(text: str) -> Refusal | None:
    """Whether a description can be written as XML."""
    if any(
        (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") or c in NOT_XML for c in text
    ):
        return Refusal("text control", "the description cannot hold control characters")
    return None


def no_block_job(subject: Subject) -> Refusal | None:
    """libvirt refuses snapshot work while a block job runs on the domain."""
    job = next((job for job in subject.domain.jobs if job.disk), None)
    mirror = next((disk for disk in subject.config.disks if disk.mirror), None)
    disk = job.disk if job else mirror.target if mirror else ""
    if not disk:
        return None
    kind = job.kind.value if job else "block job"
    article = "an" if kind.startswith("a") else "a"
    return Refusal("block job", f"{article} {kind} runs on {disk}", "wait for it to end")


def steady(subject: Subject) -> Refusal | None:
    """Whether the domain is in a state that snapshots can be taken in."""
    state = subject.domain.state
    if state in (State.RUNNING, State.PAUSED, State.OFF):
        return None
    return Refusal("state", f"{subject.name} is {state.value}")


def asleep(subject: Subject, what: str) -> Refusal | None:
    """Whether QEMU has not taken its images over yet."""
    if subject.domain.reason not in RESTORED or subject.libvirt not in IMAGES_ASLEEP:
        return None
    reason = f"here {what} while the domain is paused since its RAM came back"
    return Refusal("restored", reason, "resume it first (o)")


def shut(subject: Subject, what: str) -> Refusal | None:
    """Whether QEMU may keep its images shut: it has saved its RAM, and its guest did not go on.

    libvirt does not tell whether it did meanwhile; being resumed again costs nothing.
    """
    last = subject.forest.get(subject.forest.current)
    paused = subject.domain.state is State.PAUSED and subject.domain.reason not in RESTORED
    if not paused or subject.config.errand or last is None:
        return None
    if last.memory is not Memory.EXTERNAL or last.state != "paused":
        return None
    reason = f"it is paused, as when “{last.name}” saved its RAM: {what} until it goes on"
    return Refusal("shut", reason, "resume it first (o)")


def no_saved_ram(subject: Subject, what: str) -> Refusal | None:
    """A saved RAM image wakes on the very files that were active when it was saved."""
    if not subject.config.managed_save or subject.domain.state.active:
        return None
    reason = f"a saved RAM image waits for the next start, and {what}"
    return Refusal("saved RAM", reason, "start the domain first (o)")


def all_present(disks: Iterable[Disk]) -> Refusal | None:
    """No layer of the disks is known to be missing."""
    for disk in disks:
        for layer in disk.layers:
            if layer.missing:
                return Refusal("layer missing", f"{layer.source} of {disk.target} is missing")
    return None


def base_not_shared(subject: Subject, sources: Iterable[str], but: str = "") -> Refusal | None:
    """Nobody else stands on one of the files that would change; ``but`` is the disk concerned."""
    sources = tuple(sources)
    unread = [d.name for d in subject.host.domains if d.config is None]
    if sources and unread:
        reason = f"whether {unread[0]} uses the same files is not known: it could not be read yet"
        return Refusal("others unread", reason, "F5 reads again")
    for source in sources:
        users = subject.others_using(source, but)
        if users:
            return Refusal("shared base", f"{source} is also used by {', '.join(users)}")
    return None
