"""What somebody may wish of a simulated machine, at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from kvmtui.model.domain import State
from kvmtui.model.world import Ref
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import (
    Cancel,
    Create,
    Delete,
    Finish,
    Mend,
    Merge,
    Move,
    Pull,
    RemoveOrphan,
    Revert,
    Switch,
    Wish,
)
from tests.plans.simulated import reading
from tests.plans.simulated.machine import Machine
from tests.worlds import URI, file

REF = Ref(URI, reading.UUID)

ODDS: dict[type, float] = {
    Create: 5, Switch: 2, Merge: 3, Revert: 6, Delete: 3, Mend: 1, Pull: 1, Move: 1,
    RemoveOrphan: 2, Cancel: 2, Finish: 3,
}  # fmt: skip
"""How often each kind of wish is had, if it can be."""


def in_turn(pick: Random, machine: Machine, number: int) -> list[Wish]:
    """One wish of each kind, in an order of chance; ``number`` tells names apart."""
    return sorted(_wishes(pick, machine, number), key=lambda wish: _turn(pick, wish))


def _turn(pick: Random, wish: Wish) -> float:
    forgets = isinstance(wish, Delete) and wish.metadata_only
    odds = 0.7 if forgets else ODDS[type(wish)]
    return -float(pick.random() ** (1 / odds))


def _wishes(pick: Random, machine: Machine, number: int) -> Iterator[Wish]:
    targets = tuple(machine.active)
    how = pick.choice(("external", "external", "ram", "internal", "internal"))
    if how == "ram" and machine.state is State.PAUSED:
        how = "external"
    some = None if pick.random() < 0.7 else (pick.choice(targets),)
    yield Create(REF, f"s{number}", how=how, disks=some)
    yield Switch(REF, pick.choice((Verb.START, Verb.FORCE_OFF, Verb.PAUSE, Verb.RESUME)))
    yield from _of_a_chain(pick, machine, pick.choice(targets), number)
    yield from _of_snapshots(pick, tuple(machine.records))
    for disk in machine.jobs:
        yield Cancel(REF, disk)
        yield Finish(REF, disk)
    unnamed = [path for path in machine.images if not machine.images.standing_on(path)]
    if unnamed:
        yield RemoveOrphan(REF, pick.choice(unnamed))


def _of_a_chain(pick: Random, machine: Machine, target: str, number: int) -> Iterator[Wish]:
    layers = machine.chain(target)
    if len(layers) > 1:
        top = pick.randrange(len(layers) - 1)
        base = pick.choice(layers[top + 1 :])
        kept, others = pick.random() < 0.2, pick.random() < 0.5
        yield Merge(REF, target, base, keep=kept, top=layers[top], others=others)
        yield Pull(REF, target, pick.choice((*layers[2:], "")))
    new = file(f"m-{target}.moved{number}.qcow2")
    yield Move(REF, target, new, shallow=pick.random() < 0.5, tidy=pick.random() < 0.5)


def _of_snapshots(pick: Random, names: Sequence[str]) -> Iterator[Wish]:
    if not names:
        return
    back = pick.choice(names)
    yield Revert(REF, back, safety=pick.random() < 0.4, ram=pick.random() < 0.5)
    yield Delete(
        REF,
        pick.choice(names),
        children=pick.random() < 0.2,
        itself=pick.random() < 0.9,
        cancellable=pick.random() < 0.4,
        marked=(pick.choice(names),) if pick.random() < 0.2 else (),
    )
    yield Delete(REF, pick.choice(names), metadata_only=True, ram_file=pick.random() < 0.5)
    yield Mend(REF, pick.choice(names))
