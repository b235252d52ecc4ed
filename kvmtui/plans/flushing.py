"""Having QEMU write down what it pulled up, before it counts as safe without the layers below.

A pull ends with a header that names none of these layers any more. Where their data lies by then
QEMU 7.2 writes down only at the next flush, for which a guest may wait for long; 10.0 does at once.
"""

from __future__ import annotations

from kvmtui.model.domain import State
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Flush
from kvmtui.plans.subject import Subject

MOMENT = "the guest is stopped for a moment, so that QEMU writes down what was pulled up"
KILLED = "if kvmtui is killed in that moment, the guest stays paused: o resumes it"


def steps(subject: Subject) -> tuple[Flush, ...]:
    """What makes it safe. A QEMU that is stopped cannot be told to, and one that ends does so."""
    return (Flush(subject.name),) if subject.domain.state is State.RUNNING else ()


def told(subject: Subject) -> tuple[str, ...]:
    """What is said of the step."""
    return (MOMENT, KILLED) if steps(subject) else ()


def refuse(subject: Subject) -> Refusal | None:
    """Why no file goes that the disk may live on yet: QEMU cannot be told to.

    One that was started only for a merge is forced off soon, and writes it down then.
    """
    if subject.domain.state is not State.PAUSED or subject.config.errand:
        return None
    reason = "it is paused, so that QEMU may not have written down yet what was pulled up out of it"
    return Refusal("unwritten", reason, "resume it first (o)")


def warnings(subject: Subject) -> tuple[str, ...]:
    """What is said of a domain whose QEMU cannot be told to."""
    if subject.domain.state is not State.PAUSED:
        return ()
    killed = "a QEMU that is killed before its guest goes on (o) has lost what was pulled up"
    return (f"it is paused: {killed}",)
