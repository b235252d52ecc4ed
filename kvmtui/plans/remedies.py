"""What helps against a refusal, as other wishes: a modal offers them beside the reason.

Some get round it (delete the other branch too), others clear it away, so that the first wish can
be had afterwards (start the domain). Which of them can be had is for the planner to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kvmtui.model.value import replace
from kvmtui.model.words import listed
from kvmtui.plans import delete, revert
from kvmtui.plans.plan import Instead, Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Cancel, Delete, Finish, Mend, Revert, Switch, Wish

Remedies = Callable[[Subject, Wish, Refusal], Iterator[Instead]]


def against(subject: Subject, wish: Wish, refusal: Refusal) -> Iterator[Instead]:
    """Wishes that may help, the one that goes least far first."""
    found = _BY_RULE.get(refusal.rule.removeprefix("safety: "))
    if found is not None:
        yield from found(subject, wish, refusal)


def _jobs(subject: Subject, _wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    for job in (job for job in subject.domain.jobs if job.disk):
        what = f"the {job.kind.value} of {job.disk}"
        if job.ready:
            yield Instead(f"switch {what} over first", Finish(subject.ref, job.disk))
        yield Instead(f"cancel {what} first", Cancel(subject.ref, job.disk))


def _saved_ram(subject: Subject, wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    if isinstance(wish, Switch):
        return  # the power menu has these answers itself
    if isinstance(wish, Revert):
        yield Instead("go back, and give the saved RAM up", replace(wish, drop_saved=True))
    yield Instead("start it first, with its saved RAM", Switch(subject.ref, Verb.START))
    if not isinstance(wish, Revert):
        fresh = Switch(subject.ref, Verb.START_FRESH)
        yield Instead("start it first, without its saved RAM", fresh)


def _switch(verb: Verb, says: str) -> Remedies:
    def offered(subject: Subject, _wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
        yield Instead(says, Switch(subject.ref, verb))

    return offered


def _with_branch(subject: Subject, wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    """Everything that hangs below and is not on the way to here goes too."""
    if not isinstance(wish, Delete):
        return
    forest, gone = subject.forest, delete.chosen(subject, wish)
    names = {snapshot.name for snapshot in gone}
    beside = {
        below.name: None
        for snapshot in gone
        for below in forest.descendants(snapshot.name)
        if below.name not in forest.branch and below.name not in names
    }
    if not beside:
        return
    if wish.cancellable:  # there is nothing to commit of them
        one, *others = beside
        first = Delete(subject.ref, one, marked=tuple(others))
        yield Instead(f"delete {listed([*beside])} first", first)
    else:
        marked = (*wish.marked, *beside)
        yield Instead(f"delete {listed([*beside])} too", replace(wish, marked=marked))


def _that_one(subject: Subject, wish: Wish, refusal: Refusal) -> Iterator[Instead]:
    """The snapshot in the way goes along where others are deleted anyway, else it goes first."""
    if not refusal.by:
        return
    if isinstance(wish, Delete):
        marked = (*wish.marked, refusal.by)
        yield Instead(f"delete “{refusal.by}” too", replace(wish, marked=marked))
    else:
        yield Instead(f"delete “{refusal.by}” first", Delete(subject.ref, refusal.by))


def _again(subject: Subject, _wish: Wish, refusal: Refusal) -> Iterator[Instead]:
    if refusal.by:
        yield Instead(f"delete “{refusal.by}” again", Delete(subject.ref, refusal.by))


def _record(subject: Subject, wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    """Deleting has these answers in a field of its own."""
    if isinstance(wish, Revert):
        yield Instead("correct its record", Mend(subject.ref, wish.snapshot))


def _stale(subject: Subject, wish: Wish, refusal: Refusal) -> Iterator[Instead]:
    yield from _record(subject, wish, refusal)
    yield from _forget(subject, wish, refusal)


def _forget(subject: Subject, wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    if isinstance(wish, Revert):
        forget = Delete(subject.ref, wish.snapshot, metadata_only=True)
        yield Instead("forget its record", forget)


def _its_record(subject: Subject, _wish: Wish, refusal: Refusal) -> Iterator[Instead]:
    """What it goes back to is given up; nothing else of it can be deleted any more."""
    forget = Delete(subject.ref, refusal.by, metadata_only=True)
    yield Instead(f"forget the record of “{refusal.by}” first", forget)


def _half_merged(subject: Subject, wish: Wish, refusal: Refusal) -> Iterator[Instead]:
    if isinstance(wish, Revert):
        yield Instead("delete it again", Delete(subject.ref, wish.snapshot))
    yield from _stale(subject, wish, refusal)


def _asleep(_subject: Subject, wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    if isinstance(wish, Delete):
        yield Instead("with the domain off meanwhile", replace(wish, asleep=True))


def _shorter(subject: Subject, wish: Wish, _refusal: Refusal) -> Iterator[Instead]:
    """The oldest snapshot of the present branch that can be merged, those of reverts before all."""
    wanted = wish.snapshot if isinstance(wish, Revert) else ""
    oldest = reversed([*subject.forest.ancestors(subject.forest.current)])
    for snapshot in sorted(oldest, key=lambda snapshot: not revert.is_safety(snapshot)):
        other = Delete(subject.ref, snapshot.name)
        if snapshot.name != wanted and delete.refuse(subject, other) is None:
            yield Instead(f"delete “{snapshot.name}” first", other)
            return


_START = _switch(Verb.START, "start it first")

_BY_RULE: dict[str, Remedies] = {
    "block job": _jobs,
    "saved RAM": _saved_ram,
    "restored": _switch(Verb.RESUME, "resume it first"),
    "shut": _switch(Verb.RESUME, "resume it first"),
    "unwritten": _switch(Verb.RESUME, "resume it first"),
    "chain unknown": _switch(Verb.START_PAUSED, "start it paused first"),
    "network off": _START,
    "checkpoints": _START,
    "crash": _with_branch,
    "branch unknown": _with_branch,
    "branch forgotten": _with_branch,
    "branches": _with_branch,
    "children": _with_branch,
    "active": _with_branch,
    "branch": _with_branch,
    "apart": _that_one,
    "internal inside": _that_one,
    "stands on it": _that_one,
    "number": _that_one,
    "part": _that_one,
    "renamed": _its_record,
    "unfinished": _again,
    "half merged": _half_merged,
    "layer missing": _record,
    "stale": _stale,
    "gone back inside": _forget,
    "detached": _asleep,
    "not active": _asleep,
    "other medium": _asleep,
    "name job": _asleep,
    "name quoted": _asleep,
    "namesake": _asleep,
    "nesting": _shorter,
    "depth": _shorter,
}
