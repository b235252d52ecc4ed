"""From any wish to a plan or a refusal."""

from __future__ import annotations

from collections.abc import Iterator

from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans import (
    adopt,
    create,
    delete,
    describe,
    edit,
    guest,
    mend,
    orphans,
    places,
    power,
    ram,
    recording,
    remedies,
    revert,
    rights,
)
from kvmtui.plans.chain import merge, move, pull
from kvmtui.plans.jobs import ending, pace
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import (
    Adopt,
    Cancel,
    Create,
    Delete,
    Describe,
    Discard,
    Edit,
    Finish,
    FreezeGuest,
    Mend,
    Merge,
    Move,
    Pace,
    Pull,
    RemoveOrphan,
    Revert,
    Switch,
    ThawGuest,
    Wish,
)


def to_look_at(world: World, wish: Wish) -> tuple[str, ...]:
    """The paths that the world must tell of (``Host.places``) before the wish is planned."""
    named = wish.paths if isinstance(wish, Create | Switch | Move) else ()
    if isinstance(wish, Revert):
        named = _overlays(world, wish)
    return tuple(path for path in named if places.lookable(path))


def _overlays(world: World, wish: Revert) -> tuple[str, ...]:
    """They may lie where no disk lies by now: is there room, and is the name free?"""
    subject = find(world, wish.ref)
    if isinstance(subject, Refusal):
        return ()
    return revert.new_files(subject, wish)


def hurries(wish: Wish) -> bool:
    """Nothing is to be read of the domain before: it may hang, which is why this is wished."""
    return isinstance(wish, Switch) and wish.verb is Verb.FORCE_OFF


def make(world: World, wish: Wish) -> Plan | Refusal:
    """What the wish would do to this world; no I/O, the same for the same arguments."""
    while_busy = isinstance(wish, Cancel | Finish | Pace) or hurries(wish)
    subject = find(world, wish.ref, while_busy=while_busy)
    if isinstance(subject, Refusal):
        return subject
    made = _allowed(subject, wish)
    if isinstance(made, Refusal):
        tried = remedies.against(subject, wish, made)
        able = (other for other in tried if isinstance(_allowed(subject, other.wish), Plan))
        return replace(made, instead=tuple(able))
    warnings = (*made.warnings, *ram.outdated(subject, made.steps))
    return replace(made, warnings=warnings, about=tuple(_about(subject, made)))


def _about(subject: Subject, plan: Plan) -> Iterator[tuple[str, int]]:
    for name in dict.fromkeys(getattr(step, "snapshot", None) for step in plan.steps):
        snapshot = subject.forest.get(name)
        if snapshot is not None:
            yield snapshot.name, snapshot.created


def _allowed(subject: Subject, wish: Wish) -> Plan | Refusal:
    """The plan, unless libvirt is known to deny a part of it, or to lose it."""
    made = _make(subject, wish)
    steps = made.steps if isinstance(made, Plan) else ()
    denied = rights.refuse_steps(subject.domain, steps)
    return denied or recording.refuse_steps(subject, steps) or made


def _make(subject: Subject, wish: Wish) -> Plan | Refusal:
    match wish:
        case Create():
            return create.plan(subject, wish)
        case Revert():
            return revert.plan(subject, wish)
        case Delete():
            return delete.plan(subject, wish)
        case Mend():
            return mend.plan(subject, wish)
        case Merge():
            return merge.plan(subject, wish)
        case Move():
            return move.plan(subject, wish)
        case Pull():
            return pull.plan(subject, wish)
        case Switch():
            return power.plan(subject, wish)
        case Cancel():
            return ending.cancel(subject, wish)
        case Finish():
            return ending.finish(subject, wish)
        case Pace():
            return pace.plan(subject, wish)
        case Edit():
            return edit.plan(subject, wish)
        case Describe():
            return describe.plan(subject, wish)
        case FreezeGuest():
            return guest.freeze(subject, wish)
        case ThawGuest():
            return guest.thaw(subject, wish)
        case Adopt():
            return adopt.plan(subject, wish)
        case Discard():
            return adopt.discard(subject, wish)
        case RemoveOrphan():
            return orphans.plan(subject, wish)
