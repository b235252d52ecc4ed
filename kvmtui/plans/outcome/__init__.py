"""What must be true once a step is done; only what was read back counts as done."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.plans.outcome import disks, pace, records, snapshots, state
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import DeleteSnapshot, Power, Step, Tune, Verb


def missing(step: Step, domain: Domain) -> str | None:
    """What the step should have brought about and the domain, read again, does not show."""
    parts = (part.missing(step, domain) for part in (snapshots, records, disks, state, pace))
    return next((told for told in parts if told), None)


def unlike(plan: Plan, domain: Domain) -> str:
    """Which chain is not what the plan was to make of it; empty when all are."""
    return next(filter(None, (disks.unlike(domain, *chain) for chain in plan.chains)), "")


def needless(step: Step, domain: Domain) -> bool:
    """Whether a step that undoes, or ends a plan, has nothing left to do."""
    runs = isinstance(step, Tune) or (isinstance(step, Power) and step.only_paused)
    ends = isinstance(step, DeleteSnapshot) or runs
    return ends and (missing(step, domain) is None or (runs and not domain.state.active))


def gives_back(step: Step) -> bool:
    """Whether a step lets a guest do again what it could not meanwhile."""
    return isinstance(step, Tune) or (isinstance(step, Power) and step.verb is Verb.RESUME)
