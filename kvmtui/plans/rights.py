"""What libvirt denies this connection, learnt from the first step that it has denied.

The names are those of libvirt's access control (``org.libvirt.api.domain.snapshot``, …). Which
of them somebody has cannot be asked; so what was denied once is not offered again until F5.
"""

from __future__ import annotations

from collections.abc import Iterable

from kvmtui.model.domain import Domain
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import (
    AbortJob,
    AbortRam,
    AdoptSnapshot,
    Amend,
    Commit,
    Copy,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Flush,
    Freeze,
    ManagedSave,
    Pivot,
    Power,
    Pull,
    Redefine,
    RemoveFile,
    RemoveManagedSave,
    RestoreRam,
    RevertSnapshot,
    SaveTo,
    SetMetadata,
    SetSpeed,
    SetTime,
    StartFrom,
    StartOver,
    Step,
    Thaw,
    Tune,
    Verb,
)

SNAPSHOT, BLOCK, FREEZE = "snapshot", "block-write", "fs-freeze"

_VERBS = {
    Verb.SHUTDOWN: "init-control",
    Verb.PAUSE: "suspend",
    Verb.RESUME: "suspend",
    Verb.FORCE_OFF: "stop",
    Verb.SAVE: "hibernate",
    Verb.SAVE_TO: "hibernate",
}

COMMANDS = {
    "snapshot": SNAPSHOT,
    "revert": SNAPSHOT,
    "undo": SNAPSHOT,
    "delete": SNAPSHOT,
    "adopt": SNAPSHOT,
    "commit": BLOCK,
    "pull": BLOCK,
    "move": BLOCK,
    "cancel": BLOCK,
    "finish": BLOCK,
}
"""Commands that nothing comes of without that right."""


def needed(step: Step) -> tuple[str, ...]:
    """The rights that a step needs; the last one is that which fewest have."""
    match step:
        case CreateSnapshot(quiesce=quiesce):
            return (SNAPSHOT, FREEZE) if quiesce else (SNAPSHOT,)
        case RevertSnapshot() | DeleteSnapshot() | Redefine():
            return (SNAPSHOT,)
        case AdoptSnapshot() | EditRecord() | Amend():
            return (SNAPSHOT,)
        case Freeze() | Thaw():
            return (FREEZE,)
        case Commit() | Copy() | Pull() | Pivot() | AbortJob() | SetSpeed():
            return (BLOCK,)
        case Power(verb=verb):
            return (verb_needs(verb),)
        case Flush():
            return ("suspend",)
        case RemoveManagedSave() | ManagedSave() | SaveTo():
            return ("hibernate",)
        case StartFrom() | RestoreRam():
            return ("start",)
        case StartOver():
            return (SNAPSHOT, "write")
        case Tune() | SetMetadata() | AbortRam():
            return ("write",)
        case SetTime():
            return ("set-time",)
        case RemoveFile():
            return ("delete",)
    return ()


def verb_needs(verb: Verb) -> str:
    """The right that switching a domain so needs."""
    return _VERBS.get(verb, "start")


def refuse(domain: Domain, *rights: str) -> Refusal | None:
    """Whether libvirt has denied one of these before."""
    lack = next((right for right in rights if right in domain.denied), None)
    if lack is None:
        return None
    reason = f"libvirt denies the right “{lack}” on {domain.name}"
    return Refusal("denied", reason, "F5 has it tried again")


def refuse_steps(domain: Domain, steps: Iterable[Step]) -> Refusal | None:
    """Whether a plan would fail half way because of what was denied before."""
    if not domain.denied:
        return None
    return refuse(domain, *(right for step in steps for right in needed(step)))
