"""What can be said and done of a step in whose middle the connection was lost."""

from __future__ import annotations

from kvmtui.model.domain import Domain, State
from kvmtui.plans import aftermath, outcome
from kvmtui.plans.steps import (
    AbortJob,
    AbortRam,
    AdoptSnapshot,
    Amend,
    AwaitMerged,
    AwaitOver,
    AwaitReady,
    Commit,
    Copy,
    EditRecord,
    Flush,
    Pivot,
    Power,
    Pull,
    Redefine,
    RestoreRam,
    RevertSnapshot,
    SetMetadata,
    SetSpeed,
    SetTime,
    StartOver,
    Step,
    Thaw,
    Tune,
    Verb,
    Vouch,
)

_WAITS = AwaitReady | AwaitMerged | AwaitOver

_AGAIN = (
    StartOver | Redefine | Amend | EditRecord | AdoptSnapshot | SetMetadata | Vouch
    | Pivot | SetSpeed | Tune | Thaw | SetTime | Flush
)  # fmt: skip

LONG = 60.0
"""Seconds after which nobody who agreed to lose something sits there and waits for it any more."""


def waits(step: Step) -> bool:
    """It changes nothing, so that it can be begun again as often as need be."""
    return isinstance(step, _WAITS)


def can_be_done_again(step: Step) -> bool:
    """Done twice it is as if done once, or is refused the second time."""
    return isinstance(step, _AGAIN)


def takes_away(step: Step) -> bool:
    """It takes the present state away: what came to it since the plan was agreed is lost, too."""
    if isinstance(step, Power):
        return step.verb in (Verb.FORCE_OFF, Verb.SHUTDOWN) and not step.only_paused
    return isinstance(step, RevertSnapshot | StartOver | RestoreRam)


def came_about(step: Step, before: Domain | None, after: Domain) -> bool:
    """The domain shows it, and did not before."""
    match step:
        case Commit(disk=disk) | Pull(disk=disk) | Copy(disk=disk):
            begun = after.job(disk) is not None and (before is None or before.job(disk) is None)
            return begun or _chain(before, disk) != _chain(after, disk)
        case AbortJob(disk=disk):
            return after.job(disk) is None
        case AbortRam():
            return after.state.active and after.job("") is None
        case Power(verb=Verb.SHUTDOWN):
            return after.state in (State.STOPPING, State.OFF)
    was_missing = before is None or outcome.missing(step, before) is not None
    return was_missing and outcome.missing(step, after) is None


def told(step: Step, before: Domain | None, after: Domain) -> str:
    """That it did not come about, and what it has left behind."""
    missing = outcome.missing(step, after)
    found = f"it was not done: {missing}" if missing else "nothing shows that it was done"
    if isinstance(step, RevertSnapshot):
        found = f"“{step.snapshot}” may be in the images already, or may not: go back again (r)"
    return "; ".join(("the connection was lost", found, *aftermath.told(step, before, after)))


def _chain(domain: Domain | None, target: str) -> tuple[str, ...]:
    disk = domain.config.disk(target) if domain is not None and domain.config else None
    return tuple(layer.source for layer in disk.layers) if disk is not None else ()
