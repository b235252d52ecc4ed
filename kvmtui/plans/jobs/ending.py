"""Ending a job: without its effect, or by switching over to its result."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.job import Job, JobKind
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.value import replace
from kvmtui.plans.chain import leaving, merge
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import AbortJob, AbortRam, Pivot, Power, Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Cancel, Finish


def refuse_cancel(subject: Subject, job: Job | None) -> Refusal | None:
    """Why a job cannot be cancelled."""
    if job is None:
        return Refusal("no job", "no job runs there that could be cancelled")
    if subject.domain.busy.startswith("delete"):
        reason = "the merge inside a snapshot delete cannot be cancelled"
        return Refusal("delete", reason, "wait for it to end")
    return None


def cancel(subject: Subject, wish: Cancel) -> Plan | Refusal:
    """The guest goes on as before; what a commit wrote into its base stays there."""
    return _off_again(subject, _cancel(subject, wish))


def _off_again(subject: Subject, made: Plan | Refusal) -> Plan | Refusal:
    """A domain that was started only for the job is off again afterwards, as it was before."""
    if isinstance(made, Refusal) or not subject.domain.stranded:
        return made
    told = f"{subject.name} was started only for this job, and is forced off again"
    off = Power(subject.name, Verb.FORCE_OFF, only_paused=True)
    return replace(made, lastly=(off,), effects=(*made.effects, told))


def _cancel(subject: Subject, wish: Cancel) -> Plan | Refusal:
    job = subject.domain.job(wish.disk)
    refusal = refuse_cancel(subject, job)
    if refusal or job is None:
        return refusal or Refusal("no job", "the job is gone")
    if job.kind is JobKind.MEMORY:
        return _cancel_ram(subject)
    if job.kind is JobKind.PULL:
        return _cancel_pull(subject, job)
    gone = _spoilt(subject, job)
    return Plan(
        ref=subject.ref,
        title=f"Cancel the {job.kind.value} of {wish.disk} of {subject.name}",
        verb="Cancel the job",
        steps=(
            AbortJob(subject.name, wish.disk),
            *(() if subject.domain.busy else merge.forgotten(subject, gone)),
        ),
        danger=Danger.LOSS,
        losses=(
            "the work that the job has done so far",
            *(f"the way back to “{s.name}”: its image is partly written to" for s in gone),
            *_doubtful(subject, job),
        ),
        effects=("the guest goes on in the same layers as before the job",),
        warnings=_in_vain(subject, job),
    )


def _in_vain(subject: Subject, job: Job) -> tuple[str, ...]:
    """libvirt's own delete answers only after half a minute, and goes on.

    An own commit after a delete that was interrupted has the same mark.
    """
    forest = subject.forest
    deleted = [s.name for s in forest.snapshots if job.disk in forest.half_merged(s)]
    if not deleted or subject.domain.busy:
        return ()
    return (f"if this is libvirt deleting “{deleted[0]}”, it cannot be cancelled",)


def _cancel_pull(subject: Subject, job: Job) -> Plan:
    return Plan(
        ref=subject.ref,
        title=f"Cancel the {job.kind.value} of {job.disk} of {subject.name}",
        verb="Cancel the job",
        steps=(AbortJob(subject.name, job.disk),),
        effects=(
            "the guest goes on in the same layers as before the job",
            "nothing is lost: the active layer keeps what was copied into it",
        ),
    )


def _cancel_ram(subject: Subject) -> Plan:
    return Plan(
        ref=subject.ref,
        title=f"Cancel saving the RAM of {subject.name}",
        verb="Cancel the job",
        steps=(AbortRam(subject.name),),
        danger=Danger.LOSS,
        losses=("what was saved so far: no file is left of it",),
        effects=("the guest goes on as before",),
    )


def _spoilt(subject: Subject, job: Job) -> tuple[Snapshot, ...]:
    """The snapshots that a commit has made unusable, as far as that is certain."""
    bases = _bases_below(subject, job)
    if len(bases) == 1:
        return subject.forest.kept_by(bases[0])
    return _merged(subject, job)


def _merged(subject: Subject, job: Job) -> tuple[Snapshot, ...]:
    """The snapshots that an active commit has made unusable."""
    disk = subject.config.disk(job.disk)
    if job.kind is not JobKind.ACTIVE_COMMIT or disk is None or disk.mirror is None:
        return ()
    return merge.lost(subject, disk, disk.mirror.source)


def _bases_below(subject: Subject, job: Job) -> tuple[str, ...]:
    """The layers that another client's commit of inner ones may be writing to.

    libvirt does not tell between which layers it runs; kvmtui's own has forgotten the record.
    """
    disk = subject.config.disk(job.disk)
    if job.kind is not JobKind.COMMIT or subject.domain.busy or disk is None:
        return ()
    return tuple(layer.source for layer in disk.layers[2:])


def _doubtful(subject: Subject, job: Job) -> tuple[str, ...]:
    """The snapshots of which one is unusable, and nobody knows which."""
    bases = _bases_below(subject, job)
    kept = [f"“{s.name}”" for base in bases for s in subject.forest.kept_by(base)]
    if len(bases) < 2 or not kept:
        return ()
    if len(kept) == 1:
        return (f"perhaps the way back to {kept[0]}: its image may be partly written to",)
    names = ", ".join(kept)
    return (f"the way back to one of {names}: whose image is partly written to is not known",)


def refuse_finish(subject: Subject, job: Job | None) -> Refusal | None:
    """Why there is nothing to switch over to."""
    if job is None or job.kind not in (JobKind.ACTIVE_COMMIT, JobKind.COPY):
        return Refusal("no job", "no job runs there that ends with a switch")
    if not job.ready:
        return Refusal("not ready", f"the {job.kind.value} of {job.disk} is not ready yet")
    if subject.domain.busy:
        return Refusal("busy", "kvmtui switches over by itself when it is ready")
    return None


def finish(subject: Subject, wish: Finish) -> Plan | Refusal:
    """The disk goes on in what the job has made; snapshots that it merged are forgotten."""
    return _off_again(subject, _finish(subject, wish))


def _finish(subject: Subject, wish: Finish) -> Plan | Refusal:
    job = subject.domain.job(wish.disk)
    refusal = refuse_finish(subject, job)
    disk = subject.config.disk(wish.disk)
    if refusal or job is None or disk is None or disk.mirror is None:
        return refusal or Refusal("no job", "the job is gone")
    base = disk.mirror.source
    gone = _merged(subject, job)
    left = _left(subject, job)
    lost = leaving.unprovable(subject, left)
    return Plan(
        ref=subject.ref,
        title=f"Switch {wish.disk} of {subject.name} over",
        verb="Switch over",
        steps=(
            *leaving.vouched(subject, disk, left),
            *merge.forgotten(subject, gone),
            Pivot(subject.name, wish.disk, base),
        ),
        danger=Danger.LOSS,
        losses=(
            *(f"the way back to “{snapshot.name}”" for snapshot in gone),
            *leaving.losses(lost),
        ),
        effects=(f"{wish.disk} goes on in {basename(base)}", *leaving.told(left)),
    )


def _left(subject: Subject, job: Job) -> tuple[Snapshot, ...]:
    """The snapshots whose images the disk may leave with a copy, unchanged."""
    disk = subject.config.disk(job.disk)
    if job.kind is not JobKind.COPY or disk is None:
        return ()
    return leaving.kept(subject, disk, disk.layers[1:])
