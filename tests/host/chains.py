"""A random walk over all that changes chains and removes files, each plan perhaps cut short."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import ClassVar

import libvirt

from kvmtui.model.value import replace
from kvmtui.plans import orphans
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import DeleteSnapshot, StartOver, Vouch
from kvmtui.plans.subject import find
from kvmtui.plans.wishes import (
    Cancel,
    Delete,
    Finish,
    Mend,
    Merge,
    Move,
    Pull,
    RemoveOrphan,
    Wish,
)
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.host.walk import Walk, tells_of

CUT = float(os.environ.get("KVMTUI_CUT", "0.2"))
"""How many of the plans end half way, as when kvmtui is killed."""


class Chains(Walk):
    """Orphans are removed, too: none of them must have been needed."""

    weights: ClassVar[Mapping[type, float]] = {
        **Walk.weights,
        Merge: 4,
        Pull: 3,
        Move: 3,
        Mend: 2,
        RemoveOrphan: 2,
        Cancel: 2,
        Finish: 4,
    }

    def __init__(self, driver: Driver, machine: Machine, seed: int) -> None:
        super().__init__(driver, machine, machine.name, seed)
        self.machine = machine

    def _wishes(self) -> Iterator[Wish]:
        yield from super()._wishes()
        pick, ref = self.random, self.driver.ref(self.name)
        for job in self.known.jobs:
            yield Cancel(ref, job.disk)
            yield Finish(ref, job.disk)
        yield from self._of_a_chain(pick.choice(self.targets))
        for snapshot in self.known.forest.snapshots if self.known.forest else ():
            yield Mend(ref, snapshot.name)
            yield Delete(ref, snapshot.name, cancellable=True)
        subject = find(self.driver.fleet.world, ref)
        if not isinstance(subject, Refusal):
            yield from (RemoveOrphan(ref, file.path) for file in orphans.orphans(subject)[:2])

    def _of_a_chain(self, target: str) -> Iterator[Wish]:
        pick, ref = self.random, self.driver.ref(self.name)
        disk = self.known.config.disk(target) if self.known.config else None
        assert disk is not None
        layers = [layer.source for layer in disk.layers]
        if len(layers) > 1:
            top = pick.randrange(len(layers) - 1)
            base = pick.choice(layers[top + 1 :])
            some, others = pick.random() < 0.3, pick.random() < 0.5
            yield Merge(ref, target, base, keep=some, top=layers[top], others=others)
            yield Pull(ref, target, pick.choice((*layers[2:], "")))
        file = self.machine.disks[0].with_name(f"{target}.moved{self._number}.qcow2")
        yield Move(ref, target, str(file), shallow=pick.random() < 0.5, tidy=pick.random() < 0.5)

    def _carried_out(self, plan: Plan) -> Plan:
        if self.random.random() >= CUT:
            return plan
        ends = [n for n, step in enumerate(plan.steps) if n and not _is_of_the_step_before(step)]
        if not ends:
            return plan
        steps = plan.steps[: self.random.choice(ends)]
        self.given_up |= {s for s in self.held if any(tells_of(s, loss) for loss in plan.losses)}
        for step in plan.steps[len(steps) :]:
            if isinstance(step, Vouch):  # what touched their images says so, and nobody vouches
                self.given_up |= {*step.snapshots}
        self.done.append(f"only {', '.join(type(step).__name__ for step in steps)}")
        return replace(plan, steps=steps, undo=(), lastly=(), afterwards=(), chains=())

    def _expect(self, plan: Plan) -> None:
        super()._expect(plan)
        if isinstance(plan.steps[-1], StartOver):  # libvirt goes on as on the branch that was left
            self.given_up |= {*self.held}

    def _compare(self) -> None:
        """Not while a job that was left alone locks the images."""
        if self.known.jobs:
            return
        for target in self.targets if self.machine.running else ():
            with suppress(libvirt.libvirtError):
                self.machine.flush(target)
        super()._compare()


def _is_of_the_step_before(step: object) -> bool:
    """A record goes within the blink of an eye of the job that spoils what it tells of."""
    return isinstance(step, DeleteSnapshot) and step.metadata_only
