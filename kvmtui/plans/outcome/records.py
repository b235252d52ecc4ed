"""Whether what was written down can be read again."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.plans.steps import Amend, EditRecord, Redefine, SetMetadata, Step, Vouch


def missing(step: Step, domain: Domain) -> str | None:
    """What the records do not say."""
    match step:
        case Amend():
            return _amended(step, domain)
        case Vouch():
            return _noted(step, domain) if step.must else None
        case EditRecord():
            return _edited(step, domain)
        case Redefine():
            return _redefined(step, domain)
        case SetMetadata(kind=kind, text=text):
            fits = domain.config is not None and getattr(domain.config, kind) == text
            return None if fits else f"the {kind} is not what was written"
    return None


def _amended(step: Amend, domain: Domain) -> str | None:
    """No record names the layer that is gone."""
    if domain.forest is None:
        return "the snapshots could not be read"
    for name in step.snapshots:
        snapshot = domain.forest.get(name)
        record = snapshot.disk(step.disk) if snapshot else None
        if record is None or record.base == step.merged:
            return f"“{name}” still names {step.merged}"
    return None


def _noted(step: Vouch, domain: Domain) -> str | None:
    for name in step.snapshots:
        snapshot = domain.forest.get(name) if domain.forest else None
        record = snapshot.disk(step.disk) if snapshot else None
        if record is None or not record.intact:
            return f"“{name}” has no note of its images"
    return None


def _redefined(step: Redefine, domain: Domain) -> str | None:
    snapshot = domain.forest.get(step.snapshot) if domain.forest else None
    for target, file in step.overlays:
        record = snapshot.disk(target) if snapshot else None
        if record is None or record.overlay != file:
            return f"“{step.snapshot}” does not name {file}"
    return None


def _edited(step: EditRecord, domain: Domain) -> str | None:
    name = step.name or step.snapshot
    record = domain.forest.get(name) if domain.forest else None
    if record is None or domain.forest is None:
        return f"there is no snapshot “{name}”"
    if step.current and domain.forest.current != name:
        return f"“{name}” is not the current snapshot"
    if step.description is not None and record.description != step.description:
        return f"the description of “{name}” is not what was written"
    if step.parent is not None and record.parent != step.parent:
        return f"“{name}” does not hang below “{step.parent}”"
    return None
