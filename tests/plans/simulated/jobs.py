"""Block jobs: a commit into a base, a pull, a copy."""

from __future__ import annotations

from kvmtui.model.domain import State
from kvmtui.model.job import JobKind
from kvmtui.plans.steps import (
    AbortJob,
    AwaitMerged,
    AwaitReady,
    Commit,
    Copy,
    Pivot,
    Pull,
)
from tests.plans.simulated.machine import Machine, Refused, Running

JobStep = Commit | Pull | Copy | AwaitReady | AwaitMerged | Pivot | AbortJob


def perform(machine: Machine, step: JobStep) -> None:
    """QEMU must run; jobs below the active layer are over at once."""
    if machine.state is State.OFF:
        raise Refused("it does not run")
    match step:
        case Commit():
            _commit(machine, step)
        case Pull():
            _pull(machine, step)
        case Copy():
            _copy(machine, step)
        case AwaitReady(disk=disk):
            if disk not in machine.jobs:
                raise Refused("no job")
        case AwaitMerged(disk=disk, top=top):
            if top in machine.chain(disk):
                raise Refused(f"{top} is in the chain")
        case Pivot(disk=disk):
            _pivot(machine, disk)
        case AbortJob(disk=disk):
            _ended(machine, disk)


def _ended(machine: Machine, disk: str) -> Running:
    job = machine.jobs.pop(disk, None)
    if job is None:
        raise Refused("no job")
    return job


def _commit(machine: Machine, step: Commit) -> None:
    chain = machine.chain(step.disk)
    if step.disk in machine.jobs or step.top not in chain or step.base not in chain:
        raise Refused("a job runs, or the layers are not there")
    top, base = chain.index(step.top), chain.index(step.base)
    if top >= base or step.active is not (top == 0):
        raise Refused("the layers are not so")
    layers = chain[top : base + 1]
    machine.images.merge(layers)
    if step.active:
        machine.jobs[step.disk] = Running(JobKind.ACTIVE_COMMIT, layers, step.delete)
        return
    machine.images.rebase(chain[top - 1], step.base)
    for layer in layers[:-1] if step.delete else ():
        machine.images.remove(layer)


def _pull(machine: Machine, step: Pull) -> None:
    chain = machine.chain(step.disk)
    if step.disk in machine.jobs or (step.base and step.base not in chain[1:]):
        raise Refused("a job runs, or the base is not there")
    end = chain.index(step.base) if step.base else len(chain)
    active = machine.images[chain[0]]
    found = dict[int, int]()
    for layer in reversed(chain[:end]):
        found.update(machine.images[layer].own)
    active.own = found
    machine.images.rebase(chain[0], step.base or None)


def _copy(machine: Machine, step: Copy) -> None:
    chain = machine.chain(step.disk)
    if step.disk in machine.jobs:
        raise Refused("a job runs")
    layers = chain[:1] if step.shallow else chain
    backing = machine.images[chain[0]].backing if step.shallow else None
    machine.images.make(step.file, backing)
    machine.jobs[step.disk] = Running(JobKind.COPY, (*layers, step.file))


def _pivot(machine: Machine, disk: str) -> None:
    job = _ended(machine, disk)
    machine.images.merge(job.layers)
    machine.active[disk] = job.layers[-1]
    for layer in job.layers[:-1] if job.delete else ():
        machine.images.remove(layer)
