"""What somebody may wish of a simulated machine, at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from kvmtui.model.domain import State
from kvmtui.model.world import Ref
from kvmtui.plans.steps import After, Verb
from kvmtui.plans.wishes import (
    Adopt,
    Cancel,
    Create,
    Delete,
    Discard,
    Edit,
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
    RemoveOrphan: 2, Cancel: 2, Finish: 3, Edit: 0.7, Adopt: 1, Discard: 0.5,
}  # fmt: skip
"""How often each kind of wish is had, if it can be."""


def mood(pick: Random) -> dict[type, float]:
    """The odds of one walk: some kinds hardly ever, some more often, so that walks differ."""
    return {kind: odds * pick.choice((0.1, 1, 1, 3)) for kind, odds in ODDS.items()}


def in_turn(pick: Random, odds: Mapping[type, float], machine: Machine, number: int) -> list[Wish]:
    """One wish of each kind, in an order of chance; ``number`` tells names apart."""

    def turn(wish: Wish) -> float:
        forgets = isinstance(wish, Delete) and wish.metadata_only
        return -float(pick.random() ** (1 / (odds[type(wish)] * (0.3 if forgets else 1))))

    return sorted(_wishes(pick, machine, number), key=turn)


def _wishes(pick: Random, machine: Machine, number: int) -> Iterator[Wish]:
    targets = tuple(machine.active)
    how = pick.choice(("external", "external", "ram", "internal", "internal"))
    if how == "ram" and machine.state is State.PAUSED:
        how = "external"
    some = None if pick.random() < 0.7 else (pick.choice(targets),)
    yield Create(REF, f"s{number}", how=how, disks=some)
    yield Switch(REF, pick.choice((Verb.START, Verb.FORCE_OFF, Verb.PAUSE, Verb.RESUME)))
    yield from _of_a_chain(pick, machine, pick.choice(targets), number)
    yield from _of_snapshots(pick, tuple(machine.records), number)
    for disk in machine.jobs:
        yield Cancel(REF, disk)
        yield Finish(REF, disk)
    for name in machine.images[machine.active["vda"]].inside:
        if name not in machine.records:
            yield Adopt(REF, name)
            yield Discard(REF, name)
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


def _of_snapshots(pick: Random, names: Sequence[str], number: int) -> Iterator[Wish]:
    if not names:
        return
    back = pick.choice(names)
    after = pick.choice((After.RECORDED, After.RECORDED, After.RUNNING, After.OFF))
    safety, ram = pick.random() < 0.4, pick.random() < 0.5
    yield Revert(REF, back, after, safety=safety, ram=ram, moment=f"{number}")
    yield Edit(REF, back, pick.choice((back, f"{back}x")), "", current=pick.random() < 0.7)
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
