"""Whether a job and a guest go as fast as they may now."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.model.words import size
from kvmtui.plans.steps import SetSpeed, Step, Tune


def missing(step: Step, domain: Domain) -> str | None:
    """What the limit is instead; a job that has ended meanwhile needs none."""
    match step:
        case SetSpeed(disk=target, bandwidth=wanted):
            job = domain.job(target)
            same = job is None or job.bandwidth == wanted
            return None if same or job is None else _is(job.bandwidth)
        case Tune(disk=target, writes=writes, reads=reads):
            disk = domain.config.disk(target) if domain.config else None
            if disk is None:
                return f"{target} is gone"
            now = disk.tuning
            return None if (now.writes, now.reads) == (writes, reads) else _is(now.writes)
    return None


def _is(limit: int) -> str:
    return f"the limit is {size(limit)}/s" if limit else "there is no limit"
