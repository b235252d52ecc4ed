"""A random walk over everything that is offered; what every snapshot must hold is known."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from kvmtui.model.domain import State
from kvmtui.model.snapshot import SnapshotDisk
from kvmtui.model.world import World
from kvmtui.plans import mend, revert
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import (
    AdoptSnapshot,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    RevertSnapshot,
    StartOver,
    Step,
    Verb,
    Vouch,
)
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import (
    Mend,
    Revert,
    Switch,
    Wish,
)
from tests.plans.simulated import reading, steps, telling, wishing
from tests.plans.simulated.images import PAGES, Content, Gone, Taken
from tests.plans.simulated.machine import Machine, Refused, blank
from tests.plans.simulated.reading import Sight
from tests.plans.simulated.wishing import REF

LOSS = ("stale", "layer missing", "gone back inside", "half merged")
"""Refusals that mean that a state is gone."""


class Spoilt(AssertionError):
    """A state is lost that nobody was told of; the message tells what was done."""


class Turn(NamedTuple):
    """A wish that was had."""

    wish: Wish
    length: int | None
    """After how many steps its plan was cut short; None for not at all."""
    seconds: int
    """That went by before."""


class Walk:
    """Does what is offered, and compares everything with what must be there."""

    def __init__(
        self, seed: int, libvirt: int, *, disks: int = 1, cut: float = 0.0, sight: Sight
    ) -> None:
        self.random = random.Random(f"{seed} {libvirt} {disks} {cut} {sight}")
        self.odds = wishing.mood(self.random)
        self.machine: Machine = blank(libvirt, disks)
        self.cut = cut
        self.sight = sight
        self.held: dict[str, dict[str, Content]] = {}
        self.given_up: set[str] = set()
        """Snapshots to which there may be no way back, as somebody was told."""
        self.done: list[str] = []
        self.turns: list[Turn] = []
        self.withheld: set[str] = set()
        """Snapshots that are whole, and given up untold: too much was refused, and nothing lost."""
        self._number = 0
        self._seconds = 0
        self._twice: set[str] = set()
        """Names of snapshots that are recorded under another one by now."""
        self._world: World | None = None
        """As it was read since the last change."""
        self.content = {target: self._now(target) for target in self.machine.active}

    def go(self, count: int) -> None:
        """So many changes, each followed by a look at everything."""
        for _ in range(count):
            self._pass(self.random.choice((0, 1, 1, 60)))
            wish, plan = self._chosen()
            self._do(wish, plan, self._length(plan))

    def follow(self, turns: Sequence[Turn]) -> None:
        """The same wishes again, without those that cannot be had."""
        for turn in turns:
            self._pass(turn.seconds)
            made = self._planned(turn.wish)
            if isinstance(made, Plan):
                self._do(turn.wish, made, turn.length)

    def _pass(self, seconds: int) -> None:
        self._seconds = seconds
        self.machine.clock += seconds
        self._write()

    def _do(self, wish: Wish, plan: Plan, length: int | None) -> None:
        """Carries out a plan, or so many of its steps."""
        self.turns.append(Turn(wish, length, self._seconds))
        self.done.append(f"{telling.short(wish)} [{self.machine.state.value}]")
        try:
            self._carry_out(plan, length)
            if isinstance(wish, Mend):
                self._believe(wish.snapshot)
            self.compare()
        except (Gone, Taken, Refused) as error:
            raise Spoilt(f"{type(error).__name__}: {error}\n{self.story()}") from error

    def _believe(self, name: str) -> None:
        """It goes back to something else, as was told: to what is there now."""
        disks = [d for d in self.machine.record(name).disks if d.target in self.held[name]]
        self.held[name] = {}
        for disk in disks:
            with suppress(Gone):  # what is adopted only to be deleted may lack a disk
                self.held[name][disk.target] = self._kept(disk, name)

    def _kept(self, disk: SnapshotDisk, name: str) -> Content:
        """What the images hold that the snapshot goes back to."""
        return self.machine.images.read(disk.base, name if disk.mode == "internal" else "")

    def _now(self, target: str) -> Content:
        return self.machine.images.read(self.machine.active[target])

    def _planned(self, wish: Wish) -> Plan | Refusal:
        self._world = self._world or reading.world(self.machine, self.sight)
        return reading.made(self._world, self.machine, wish, self.sight)

    def _write(self) -> None:
        """What the guest writes; one that is off was started for it and is off again."""
        self._number += 1
        machine = self.machine
        if machine.state is State.PAUSED:
            return
        if machine.state is State.OFF:
            start = self._planned(Switch(REF, Verb.START))
            if isinstance(start, Refusal):
                return
            self.given_up |= self._told(start)
        for target, path in machine.active.items():
            pages = {0: self._number, 1 + self._number % (PAGES - 1): self._number}
            machine.images.write(path, pages)
            self.content[target] = self._now(target)
        self._world = None

    def _told(self, plan: Plan) -> set[str]:
        """The snapshots to which a plan says that the way back is lost."""
        return {
            name for name in self.held for loss in plan.losses
            if loss.startswith(f"the way back to “{name}”")
        }  # fmt: skip

    def _chosen(self) -> tuple[Wish, Plan]:
        """One of each kind is wished; the first that can be had, in an order of chance."""
        while True:
            for wish in wishing.in_turn(self.random, self.odds, self.machine, self._number):
                made = self._planned(wish)
                if isinstance(made, Plan):
                    return wish, made

    def _length(self, plan: Plan) -> int | None:
        """After how many steps it is cut short, as when kvmtui is killed there."""
        if self.random.random() >= self.cut:
            return None
        ends = [n for n, step in enumerate(plan.steps) if n and not _is_of_the_one_before(step)]
        return self.random.choice(ends) if ends else None

    def _carry_out(self, plan: Plan, length: int | None) -> None:
        done = plan.steps if length is None else plan.steps[:length]
        told = self._told(plan)
        if isinstance(plan.steps[0], AdoptSnapshot) and plan.losses:
            told.add(plan.steps[0].snapshot)
        if length is not None:
            self.done.append(f"  only {', '.join(type(step).__name__ for step in done)}")
            self.given_up |= told
            for step in plan.steps[length:]:
                self.given_up |= {*step.snapshots} if isinstance(step, Vouch) else set()
        came = all(self._came_about(step, told) for step in done)
        if length is None or not came:
            for step in (*plan.lastly, *(plan.afterwards if came else ())):
                self._try(step)
        elif isinstance(done[-1], StartOver):  # libvirt goes on as on the branch that was left
            self.given_up |= {*self.held}
        self.given_up = (self.given_up | told) & {*self.held}

    def _came_about(self, step: Step, told: set[str]) -> bool:
        """Of another machine's images nobody knows all that libvirt stumbles over."""
        before = None if self.sight is Sight.LOCAL else self.machine.mark()
        try:
            self._perform(step)
        except Refused:
            if before is None:
                raise
            self.machine.back(before)
            return False
        self._expect(step, told)
        return True

    def _try(self, step: Step) -> None:
        """What is done in the end unless it is needless by then."""
        if getattr(step, "only_paused", False) and self.machine.state is not State.PAUSED:
            return
        self._came_about(step, set())

    def _perform(self, step: Step) -> None:
        self._world = None
        steps.perform(self.machine, step)

    def _expect(self, step: Step, told: set[str]) -> None:
        match step:
            case CreateSnapshot(name=name):
                taken = [t.disk for t in step.targets if t.mode != "no"]
                self.held[name] = {target: self.content[target] for target in taken}
            case DeleteSnapshot(snapshot=name):
                if name not in told | self._twice:
                    raise Spoilt(f"{name} is deleted untold\n{self.story()}")
                del self.held[name]
                self._twice.discard(name)
            case EditRecord(snapshot=name, name=new) if new:
                self.held[new] = self.held[name]
                self.given_up |= {new} if name in self.given_up else set()
                self._twice.add(name)
            case AdoptSnapshot(snapshot=name):
                self.held[name] = dict.fromkeys(step.inside, ())
                self._believe(name)
            case StartOver(snapshot=name) | RevertSnapshot(snapshot=name):
                if name in self.given_up and self.sight is not Sight.LOCAL:
                    self._believe(name)
                self.content = {**self.content, **self.held[name]}

    def compare(self) -> None:
        """The active content, and that of every snapshot."""
        machine = self.machine
        if machine.jobs:
            return
        for target in machine.active:
            if self._now(target) != self.content[target]:
                raise Spoilt(f"{target} is spoilt\n{self.story()}")
        if {*machine.records} != {*self.held}:
            raise Spoilt(f"other records than {[*self.held]}\n{self.story()}")
        self._world = reading.world(machine, self.sight)
        subject = find(self._world, REF)
        assert isinstance(subject, Subject)
        for name in self.held:
            self._compare(subject, name)

    def _compare(self, subject: Subject, name: str) -> None:
        made = revert.plan(subject, Revert(REF, name, safety=False, ram=False))
        refused = made if isinstance(made, Refusal) else None
        if name in self.given_up and (refused or self.sight is not Sight.LOCAL):
            return
        record = self.machine.record(name)
        unable = mend.refuse(subject, record)
        if refused and (unable is None or unable.rule == "in use"):
            self.given_up.add(name)  # until its record is corrected
            return
        said = f"not offered: {refused}" if refused else "offered"
        for disk in record.disks:
            expected = self.held[name].get(disk.target)
            if expected is not None and self._kept(disk, name) != expected:
                raise Spoilt(f"{name} is spoilt, {said}\n{self.story()}")
        if refused and refused.rule in LOSS:
            self.withheld.add(f"{name}: {refused}")

    def story(self) -> str:
        """What was done so far, and what there is now."""
        return "\n".join([*self.done, "", *telling.state(self.machine)])


def _is_of_the_one_before(step: Step) -> bool:
    """A record goes within the blink of an eye of the job that spoils what it tells of."""
    return isinstance(step, DeleteSnapshot) and step.metadata_only
