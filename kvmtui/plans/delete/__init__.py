"""Deleting snapshots: one, with those below it, or any that were marked, in one plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.model.value import replace
from kvmtui.model.words import count
from kvmtui.plans import depth, guest, ram
from kvmtui.plans.chain import afterwards, merging
from kvmtui.plans.delete import one
from kvmtui.plans.delete.one import Deletion
from kvmtui.plans.plan import Danger, Detour, Plan, Refusal
from kvmtui.plans.steps import Commit, Flush, ManagedSave, Power, Step, Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Delete


def chosen(subject: Subject, wish: Delete) -> tuple[Snapshot, ...]:
    """All snapshots that the wish names, in the order in which they can go.

    The leaves first, for beside the current branch only leaves can go. But on it, where layers are
    merged, the root first: every layer is copied once then, straight into the base.
    """
    forest = subject.forest
    names = {*wish.marked, *((wish.snapshot,) if wish.itself else ())}
    if wish.children:
        names |= {below.name for below in forest.descendants(wish.snapshot)}
    wanted = [s for s in _from_the_roots(subject) if s.name in names]
    if not _merges(wish, wanted):
        return tuple(reversed(wanted))
    beside = [s for s in wanted if s.name not in forest.branch]
    return (*reversed(beside), *(s for s in wanted if s.name in forest.branch))


def _merges(wish: Delete, gone: Iterable[Snapshot]) -> bool:
    return not wish.metadata_only and any(snapshot.kind is Kind.EXTERNAL for snapshot in gone)


def _from_the_roots(subject: Subject) -> tuple[Snapshot, ...]:
    """Every snapshot, parents before children."""
    found = []
    for root in subject.forest.children(None):
        found += [root, *subject.forest.descendants(root.name)]
    return tuple(found)


def refuse(subject: Subject, wish: Delete) -> Refusal | None:
    """Why this deletion cannot be had."""
    made = plan(subject, wish)
    return made if isinstance(made, Refusal) else None


def plan(subject: Subject, wish: Delete) -> Plan | Refusal:
    """The steps of every deletion, each checked against the world that those before it leave."""
    missing = next((n for n in (wish.snapshot, *wish.marked) if not subject.forest.get(n)), None)
    if missing is not None:
        return Refusal("gone", f"there is no snapshot “{missing}” any more")
    gone = chosen(subject, wish)
    if not gone:
        return Refusal("none below", "there are no snapshots below it")
    if wish.asleep:
        return _asleep(subject, replace(wish, asleep=False))
    found = _in_order(subject, gone, wish)
    if isinstance(found, Refusal):
        return found
    starts = any(deletion.needs_qemu for deletion in found)
    if starts:
        found = _in_order(afterwards.started(subject), gone, wish)
        if isinstance(found, Refusal):
            return found
    return _plan(subject, wish, found, starts=starts)


def _asleep(subject: Subject, wish: Delete) -> Plan | Refusal:
    """The RAM is put away for it, and whatever comes of the delete the guest goes on."""
    refusal = ram.refuse_save(subject) or depth.refuse(subject)
    if refusal or not subject.domain.state.active:
        return refusal or plan(subject, wish)
    made = plan(afterwards.asleep(subject), wish)
    if isinstance(made, Refusal):
        return made
    meanwhile = "the guest stands still meanwhile: its RAM is put away, and it goes on from there"
    return replace(
        made,
        steps=(ManagedSave(subject.name), *made.steps),
        lastly=(*made.lastly, Power(subject.name, Verb.START)),
        afterwards=guest.set_time(subject) if subject.domain.state is State.RUNNING else (),
        effects=(*made.effects, meanwhile),
    )


def _in_order(
    subject: Subject, gone: Sequence[Snapshot], wish: Delete
) -> tuple[Deletion, ...] | Refusal:
    """Each time the first one that can go; the first reason when none can."""
    waiting, done = list(gone), list[Deletion]()
    while waiting:
        reasons = []
        for snapshot in waiting:
            now = subject.forest.get(snapshot.name) or snapshot
            made = one.plan(subject, now, wish)
            if isinstance(made, Deletion):
                waiting.remove(snapshot)
                done.append(made)
                subject = made.after
                break
            reasons.append((snapshot, made))
        else:
            name, refusal = reasons[0][0].name, reasons[0][1]
            told = refusal.reason if len(gone) == 1 else f"“{name}”: {refusal.reason}"
            return replace(refusal, reason=told)
    return tuple(done)


def _plan(subject: Subject, wish: Delete, found: Sequence[Deletion], *, starts: bool) -> Plan:
    stop = (Power(subject.name, Verb.FORCE_OFF, only_paused=True),) if starts else ()
    gone = chosen(subject, wish)
    start = Power(subject.name, Verb.START_PAUSED, for_merge=True)
    steps: tuple[Step, ...] = (start,) if starts else ()
    for deletion in found:
        steps += tuple(s for s in deletion.steps if s not in steps or not isinstance(s, Flush))
    return Plan(
        ref=subject.ref,
        title=_title(subject, wish, gone),
        verb="Forget" if wish.metadata_only else "Delete",
        steps=steps,
        lastly=stop,
        danger=Danger.WORST if len(gone) > 1 else Danger.LOSS,
        losses=_losses(gone),
        detours=(
            *_apart(subject, wish, gone),
            *dict.fromkeys(told for deletion in found for told in deletion.detours),
        ),
        effects=_effects(subject, found, steps, starts=starts),
        warnings=tuple(dict.fromkeys(told for deletion in found for told in deletion.warnings)),
    )


def _apart(subject: Subject, wish: Delete, gone: Sequence[Snapshot]) -> tuple[Detour, ...]:
    """What is told where libvirt would take one call for all, and its daemon may die of it.

    It goes on with a second child after it has freed it, amid those of the first.
    """
    forest = subject.forest
    forked = any(
        len(forest.children(name)) > 1 for name in (wish.snapshot, *(s.name for s in gone))
    )
    if not wish.children or not forked or _merges(wish, gone):
        return ()
    reason = "libvirtd may die when it deletes several branches at once"
    return (Detour("branches", reason, "one snapshot goes after another, the leaves first"),)


def _title(subject: Subject, wish: Delete, gone: Sequence[Snapshot]) -> str:
    what = f"“{gone[0].name}”" if len(gone) == 1 else count(len(gone), "snapshot")
    return f"{'Forget' if wish.metadata_only else 'Delete'} {what} of {subject.name}"


def _losses(gone: Sequence[Snapshot]) -> tuple[str, ...]:
    return tuple(f"the way back to “{snapshot.name}”" for snapshot in gone)


def _effects(
    subject: Subject, found: Sequence[Deletion], steps: Sequence[Step], *, starts: bool
) -> tuple[str, ...]:
    told = list(dict.fromkeys(said for deletion in found for said in deletion.effects))
    merges = any(deletion.merges for deletion in found)
    if merges:
        told.append(merging.balance(tuple(_merged_layers(found))))
    if starts:
        told.append("the domain is started paused for the merge and forced off again")
    elif merges and subject.domain.state is State.OFF:
        told.append("libvirt starts the domain paused for the merge and stops it again")
    if any(isinstance(step, Commit) for step in steps):
        told.append("what the guest wrote since stays; x cancels a merge, but its loss is at once")
    elif merges:
        told.append("what the guest wrote since stays; a merge cannot be cancelled once it runs")
    return tuple(filter(None, told))


def _merged_layers(found: Sequence[Deletion]) -> Iterator[tuple[Disk, str, tuple[Layer, ...]]]:
    for deletion in found:
        for merge in deletion.merges:
            known = merging.layers_of(deletion.before, merge)
            if known is not None:
                yield known[0], merge.base, known[1]
