"""A random walk over everything that is offered; the content of every snapshot is known."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import CreateSnapshot, DeleteSnapshot, RevertSnapshot, StartOver, Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Revert, Switch, Wish
from tests.host.content import Written, now, pages, scribble
from tests.host.driver import Driver

Content = dict[str, tuple[int, ...]]
"""What each disk holds."""

STEPS = int(os.environ.get("KVMTUI_STEPS", "8"))


def seeds(default: str) -> list[int]:
    """Of the walks of a run; ``KVMTUI_SEEDS=1,2,3`` and ``KVMTUI_STEPS=40`` ask for more."""
    return [int(seed) for seed in os.environ.get("KVMTUI_SEEDS", default).split(",")]


LOSS = ("stale", "layer missing")
"""Refusals that mean that a state is gone."""


class Walk:
    """Does what is offered and compares everything with what must be there."""

    weights: ClassVar[Mapping[type, float]] = {Create: 5, Switch: 2, Merge: 2, Revert: 6, Delete: 3}
    """How often each kind of wish is had, if it can be."""

    def __init__(self, driver: Driver, domain: Written, name: str, seed: int) -> None:
        self.driver = driver
        self.domain = domain
        self.name = name
        self.random = random.Random(seed)
        self.targets = tuple(domain.sources())
        self.content: Content = {target: now(domain, target) for target in self.targets}
        self.held: dict[str, Content] = {}
        self.given_up: set[str] = set()
        """Snapshots to which there may be no way back, as somebody was told."""
        self.done: list[str] = []
        """What was done so far, for the one who reads a failure."""
        self._number = 0

    @property
    def known(self) -> Domain:
        return self.driver.domain(self.name)

    async def go(self, steps: int) -> None:
        """So many changes, each followed by a look at everything."""
        for _ in range(steps):
            self._scribble()
            await self._one()
            self._compare()

    def _scribble(self) -> None:
        """What the guest writes; a paused one writes nothing."""
        self._number = self._number % 250 + 1
        if self.known.state is State.PAUSED:
            return
        for target in self.targets:
            scribble(self.domain, self._number, target)
            self.content[target] = now(self.domain, target)

    def _wishes(self) -> Iterator[Wish]:
        """One wish of each kind."""
        pick, ref = self.random, self.driver.ref(self.name)
        forest, config = self.known.forest, self.known.config
        assert forest is not None
        assert config is not None
        how = pick.choice(("external", "external", "external", "ram", "internal"))
        if how == "ram" and self.known.state is State.PAUSED:
            how = "external"  # QEMU 7.2 takes its images back only when it is resumed
        some = None if pick.random() < 0.7 else (pick.choice(self.targets),)
        yield Create(ref, f"s{self._number}", how=how, disks=some)
        yield Switch(ref, pick.choice((Verb.START, Verb.FORCE_OFF, Verb.PAUSE, Verb.RESUME)))
        target = pick.choice(self.targets)
        disk = config.disk(target)
        assert disk is not None
        if len(disk.layers) > 1:
            base = pick.choice(disk.layers[1:]).source
            yield Merge(ref, target, base, keep=pick.random() < 0.2)
        if forest.snapshots:
            snapshot = pick.choice(forest.snapshots).name
            yield Revert(ref, snapshot, safety=pick.random() < 0.6, ram=pick.random() < 0.5)
            snapshot = pick.choice(forest.snapshots).name
            yield Delete(ref, snapshot, children=pick.random() < 0.1)
            yield Delete(ref, snapshot, metadata_only=True)

    async def _one(self) -> None:
        await self.driver.fleet.fresh(self.driver.ref(self.name))
        offered: list[tuple[Wish, Plan]] = []
        while not offered:
            for wish in self._wishes():
                made = await self.driver.plan(wish)
                if isinstance(made, Plan):
                    offered.append((wish, made))
        odds = [
            1 if isinstance(wish, Delete) and wish.metadata_only else self.weights[type(wish)]
            for wish, _ in offered
        ]
        wish, plan = self.random.choices(offered, odds)[0]
        self.done.append(f"{_short(wish)} [{self.known.state.value}]")
        plan = self._carried_out(plan)
        outcome = await self.driver.fleet.perform(plan)
        assert outcome.ok, f"{outcome.says}\n{self._story()}"
        assert not outcome.unmet, f"{outcome.says}\n{self._story()}"
        self._expect(plan)

    def _carried_out(self, plan: Plan) -> Plan:
        """What is done of it."""
        return plan

    def _expect(self, plan: Plan) -> None:
        told = [s for s in self.held if any(tells_of(s, loss) for loss in plan.losses)]
        for step in plan.steps:
            match step:
                case CreateSnapshot(name=name) if name:
                    taken = [t.disk for t in step.targets if t.mode != "no"]
                    self.held[name] = {target: self.content[target] for target in taken}
                case DeleteSnapshot(snapshot=name):
                    assert name in told, (plan.losses, self._story())
                    del self.held[name]
                case StartOver(snapshot=name) | RevertSnapshot(snapshot=name):
                    self.content = {**self.content, **self.held[name]}

    def _compare(self) -> None:
        """The active content, and that of every snapshot, read from the very files."""
        for target in self.targets:
            assert now(self.domain, target) == self.content[target], (target, self._story())
        forest = self.known.forest
        assert forest is not None
        recorded = {snapshot.name for snapshot in forest.snapshots}
        assert recorded == set(self.held), self._story()
        for snapshot in forest.snapshots:
            wish = Revert(self.driver.ref(self.name), snapshot.name, safety=False, ram=False)
            made = planner.make(self.driver.fleet.world, wish)
            if isinstance(made, Refusal) and made.rule not in LOSS:
                assert self.known.state is not State.UNKNOWN
            if isinstance(made, Refusal) and snapshot.name in self.given_up:
                continue
            for target, content in self._preserved(snapshot):
                expected = self.held[snapshot.name][target]
                assert content == expected, f"{snapshot.name} is spoilt\n{self._story()}"
            lost = isinstance(made, Refusal) and made.rule in LOSS
            assert not lost or snapshot.name in self.given_up, (
                f"{snapshot.name}: {made}\n{self._story()}"
            )

    def _preserved(self, snapshot: Snapshot) -> Iterator[tuple[str, tuple[int, ...]]]:
        inside = snapshot.name if snapshot.kind is Kind.INTERNAL else ""
        for record in snapshot.disks:
            if record.target in self.held[snapshot.name]:
                assert Path(record.base).exists(), (
                    f"{record.base} of {snapshot.name} is gone\n{self._story()}"
                )
                yield record.target, pages(Path(record.base), inside)

    def _story(self) -> str:
        return "\n".join(self.done)


def tells_of(snapshot: str, loss: str) -> bool:
    return loss.partition(":")[0] == f"the way back to “{snapshot}”"


def _short(wish: Wish) -> str:
    """The wish less the reference, which is always the same."""
    fields = {name: getattr(wish, name) for name in type(wish).__struct_fields__}
    told = ", ".join(f"{name}={value!r}" for name, value in fields.items() if name != "ref")
    return f"{type(wish).__name__}({told})"
