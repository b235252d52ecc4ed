"""Why a snapshot cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.plans import guest, rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create

UEFI_OFF = 9_003_000
"""From here on libvirt takes internal snapshots of UEFI domains that are off."""

UEFI_RUNNING = 10_009_000
"""From here on libvirt takes internal snapshots of running UEFI domains with qcow2 NVRAM."""


CHECKPOINTS_KEPT = 10_000_000
"""From here on libvirt takes internal snapshots of domains that are off and have checkpoints."""

ON_HOST = ("file", "block", "volume")
"""Disk types that libvirt runs qemu-img on."""


def can_quiesce(subject: Subject, how: str = "external") -> Refusal | None:
    """Why the file systems cannot be frozen for the snapshot."""
    if how != "external":
        return Refusal("quiesce kind", "only for disk-only snapshots")
    return guest.refuse_freeze(subject)


def can_live(subject: Subject, how: str = "ram") -> Refusal | None:
    """Why the guest cannot run on while its RAM is saved."""
    if how != "ram":
        return Refusal("live kind", "the guest waits only for RAM that goes to a file")
    if subject.domain.state is not State.RUNNING:
        return Refusal("live state", f"the domain is {subject.domain.state.value}")
    return None


def can_reuse(how: str) -> Refusal | None:
    """Why no file that exists can become an overlay."""
    inside = Refusal("reuse kind", "inside the image there are no overlays")
    return inside if how == "internal" else None


def unknown(subject: Subject, wish: Create) -> Refusal | None:
    """Every disk that is asked for must be one that a snapshot deals with."""
    known = {disk.target for disk in subject.config.writable}
    asked = (*(wish.disks or ()), *(target for target, _ in wish.files))
    strange = next((target for target in asked if target not in known), None)
    return Refusal("unknown disk", f"there is no writable disk {strange}") if strange else None


def proposed(subject: Subject, how: str) -> tuple[Disk, ...]:
    """The disks that a snapshot includes when nobody chooses."""
    if how == "internal":
        return subject.config.writable
    alone = (d for d in subject.config.writable if not d.shareable and not d.transient)
    return tuple(d for d in alone if how == "ram" or not d.excluded)


def refuse(subject: Subject, how: str, disks: Sequence[Disk] | None = None) -> Refusal | None:
    """Why a snapshot of this kind cannot be taken; by default one of the proposed disks."""
    disks = proposed(subject, how) if disks is None else disks
    return rules.first(
        rules.steady(subject),
        rules.no_block_job(subject),
        rules.all_present(disks),
        _internal(subject, disks) if how == "internal" else _external(subject, disks, how),
    )


def _external(subject: Subject, disks: Sequence[Disk], how: str) -> Refusal | None:
    if not subject.host.facts.has_block_jobs:
        return Refusal("test driver", "libvirt's test driver has no external snapshots")
    if not disks:
        return Refusal("no disk", "no writable disk is chosen")
    if how == "ram" and not subject.domain.state.active:
        return Refusal("no RAM", "the domain is off: there is no RAM to save")
    return rules.first(
        _ram(subject) if how == "ram" else None,
        rules.no_saved_ram(subject, "it would go on in the frozen image"),
        _checkpoints(subject),
        *(shared(disk) for disk in disks),
        *(_transient(subject, disk) for disk in disks),
        _within_reach(subject, disks),
        _depth(subject, disks),
    )


def _within_reach(subject: Subject, disks: Sequence[Disk]) -> Refusal | None:
    """While a domain is off, libvirt makes overlays only for images of this host."""
    for disk in disks:
        kind = disk.active.kind if disk.active else ""
        if not subject.domain.state.active and kind not in ON_HOST:
            reason = f"{disk.target} is a {kind} disk: no external snapshot while the domain is off"
            return Refusal("network off", reason, "start the domain first (o)")
    return None


def _depth(subject: Subject, disks: Sequence[Disk]) -> Refusal | None:
    depth = max(len(disk.layers) for disk in disks)
    nests = subject.libvirt in rules.NESTING
    if nests and depth >= rules.DEPTH_REFUSED:
        reason = f"with {depth} layers this libvirt may not start the domain again"
        return Refusal("nesting", reason, "commit some layers first")
    if depth >= rules.DEPTH_LIMIT:
        return Refusal("depth", f"the chain has {depth} layers", "commit some layers first")
    return None


def _internal(subject: Subject, disks: Sequence[Disk]) -> Refusal | None:
    running = subject.domain.state.active
    left_out = [d.target for d in subject.config.writable if d not in disks]
    if left_out:
        return Refusal("left out", f"internal snapshots take every disk, also {left_out[0]}")
    for disk in disks:
        kind = disk.active.format if disk.active else ""
        if subject.host.facts.has_block_jobs and kind != "qcow2":
            return Refusal("not qcow2", f"{disk.target} is {kind or 'of unknown format'}")
    if not disks:
        return Refusal("no disk", "no writable disk is chosen")
    keeps_checkpoints = running or subject.libvirt >= CHECKPOINTS_KEPT
    return rules.first(
        _device(subject) if running else None,
        rules.asleep(subject, "nothing can be saved inside images"),
        None if keeps_checkpoints else _checkpoints(subject),
        _uefi(subject, running),
    )


def _ram(subject: Subject) -> Refusal | None:
    return _device(subject) or rules.shut(subject, "it is not saved again")


def _device(subject: Subject) -> Refusal | None:
    """QEMU saves RAM only together with the state of every device."""
    device = subject.config.unsaveable
    return Refusal("device", f"{device}: its RAM cannot be saved") if device else None


def _checkpoints(subject: Subject) -> Refusal | None:
    """libvirt cannot carry their bitmaps over while no QEMU runs."""
    count = subject.config.checkpoints
    if subject.domain.state.active or not count:
        return None
    reason = f"it is off and has {count} checkpoint{'s' if count > 1 else ''} of backups"
    return Refusal("checkpoints", reason, "start the domain first (o)")


def shared(disk: Disk) -> Refusal | None:
    """Only raw images can be written to by several domains, and overlays are not raw."""
    if not disk.shareable:
        return None
    return Refusal("shareable", f"{disk.target} is shared with others", "leave it out")


def _transient(subject: Subject, disk: Disk) -> Refusal | None:
    """libvirt lays an overlay on it for each run, and takes no other."""
    if not disk.transient or not subject.domain.state.active:
        return None
    reason = f"{disk.target} is transient: what is written to it is gone when the domain stops"
    return Refusal("transient disk", reason, "leave it out")


def _uefi(subject: Subject, running: bool) -> Refusal | None:
    nvram = subject.config.nvram
    if not nvram:
        return None
    if not running and subject.libvirt < UEFI_OFF:
        return Refusal("UEFI off", "this libvirt takes no internal snapshots of UEFI domains")
    if running and (subject.libvirt < UEFI_RUNNING or nvram != "qcow2"):
        return Refusal("UEFI running", f"UEFI with {nvram} NVRAM: no internal snapshot while on")
    return None
