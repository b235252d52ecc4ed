"""What is wrong with a domain: one list, for every mark and line that tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.world import Facts, Host, Ref
from kvmtui.plans.finding import Finding as Finding
from kvmtui.plans.finding import Severity as Severity
from kvmtui.plans.health import chains, records, room, stopped
from kvmtui.plans.same import of_each_domain
from kvmtui.plans.subject import Subject


def findings(host: Host, domain: Domain) -> tuple[Finding, ...]:
    """The most severe first; nothing of a domain that is well, or was not read yet."""
    return of_domain(domain, host.uri, host.facts, readable(host))


def readable(host: Host) -> bool:
    """Whether an image could be looked into that no QEMU holds, if it were whole."""
    return host.facts.local and chains.can_read(host)


def of_domain(domain: Domain, uri: str, facts: Facts, readable: bool) -> tuple[Finding, ...]:
    """The findings without the rest of the host."""
    if domain.config is None:
        return ()
    return _found(domain, facts, uri, readable and not domain.state.active)


def stale(host: Host, domain: Domain) -> frozenset[str]:
    """The snapshots whose records do not fit the chain."""
    found = (finding for finding in findings(host, domain) if finding.rule == "stale")
    return frozenset(name for finding in found for name in finding.snapshots)


@of_each_domain
def _found(domain: Domain, facts: Facts, uri: str, can_read: bool) -> tuple[Finding, ...]:
    """Remembered: the list of domains asks for all of them at every redraw."""
    config = domain.config
    assert config is not None
    alone = Host(uri, facts=facts, domains=(domain,))
    subject = Subject(Ref(uri, domain.uuid), alone, domain, config, domain.forest or Forest())
    found = [each for disk in config.disks for each in _of(subject, disk, can_read)]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def _of(subject: Subject, disk: Disk, can_read: bool) -> Iterator[Finding]:
    """Of equal severity: what stops the guest, what waits, then what is spoilt, then what grows."""
    yield from stopped.paused(subject, disk)
    yield from _waiting(subject, disk)
    yield from chains.broken(subject, disk)
    yield from records.half_merged(subject, disk)
    yield from room.filling(subject, disk)
    yield from chains.deep(subject, disk)
    yield from records.outdated(subject, disk)
    yield from records.gone_inside(subject, disk)
    yield from room.stuck(subject, disk)
    yield from chains.closed(subject, disk, can_read=can_read)


def _waiting(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """A job that is ready, and that nobody brings to its end."""
    job = subject.domain.job(disk.target)
    if job is not None and job.ready and not subject.domain.busy:
        reason = f"{job.kind.value} is ready"
        yield Finding("ready", disk.target, reason, "P switches, x cancels")
