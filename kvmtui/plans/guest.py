"""What the guest agent does inside a domain: freezing its file systems, and thawing them."""

from __future__ import annotations

from kvmtui.model.domain import State
from kvmtui.model.guest import Answer, Channel, Guest
from kvmtui.plans import rights, rules
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import CreateSnapshot, Freeze, SetTime, Step, Thaw
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import FreezeGuest, ThawGuest


def refuse(subject: Subject) -> Refusal | None:
    """Why the guest agent cannot be asked for anything."""
    state, guest = subject.domain.state, subject.domain.guest or Guest()
    if state is not State.RUNNING:
        return Refusal("agent state", f"the domain is {state.value}: no agent runs")
    if subject.config.channel is Channel.NONE:
        return Refusal("agent channel", "no guest agent channel is configured")
    if subject.config.channel is Channel.DISCONNECTED:
        return Refusal("agent away", "no agent is connected", "start qemu-ga inside the guest")
    if guest.answer is Answer.UNASKED:
        return Refusal("agent unasked", "the guest agent was not asked yet", "F5 asks it")
    if guest.answer is Answer.DENIED:
        return Refusal("agent denied", "libvirt does not let this connection ask the guest agent")
    if guest.answer is not Answer.ANSWERING:
        anew = "start qemu-ga anew in the guest" if guest.frozen else "F5 asks it again"
        return Refusal("agent silent", "the guest agent does not answer", anew)
    return None


def refuse_freeze(subject: Subject) -> Refusal | None:
    """Why the file systems cannot be frozen."""
    denied = rights.refuse(subject.domain, rights.FREEZE)
    return rules.first(denied, refuse(subject), _already(subject), _unable(subject))


def _already(subject: Subject) -> Refusal | None:
    if not is_frozen(subject):
        return None
    return Refusal("frozen", "the file systems are frozen already", "t thaws them")


def _unable(subject: Subject) -> Refusal | None:
    unable = subject.domain.guest.unable if subject.domain.guest else ""
    return Refusal("agent unable", f"the guest agent cannot: {unable}") if unable else None


def refuse_thaw(subject: Subject) -> Refusal | None:
    """Why there is nothing to thaw."""
    refusal = rules.first(rights.refuse(subject.domain, rights.FREEZE), refuse(subject))
    if refusal or is_frozen(subject):
        return refusal
    return Refusal("not frozen", "the file systems are not frozen", "F5 asks the agent again")


def is_frozen(subject: Subject) -> bool:
    """As the agent said when it was asked last."""
    return subject.domain.guest is not None and subject.domain.guest.frozen


def freeze(subject: Subject, _wish: FreezeGuest) -> Plan | Refusal:
    """The guest writes out what it holds back, then nothing more until it is thawed."""
    refusal = refuse_freeze(subject)
    if refusal:
        return refusal
    return Plan(
        ref=subject.ref,
        title=f"Freeze the file systems of {subject.name}",
        verb="Freeze",
        steps=(Freeze(subject.name),),
        danger=Danger.LOSS,
        effects=(
            "what is on the disks is at rest: a copy made outside needs no repair",
            "t thaws it; when its terminal goes away, kvmtui thaws what it has frozen",
        ),
        warnings=(
            "nothing in the guest can write until it is thawed: its services stand still",
            "should its agent die meanwhile, nobody can thaw it from outside",
        ),
    )


def thaw(subject: Subject, _wish: ThawGuest) -> Plan | Refusal:
    """The guest goes on writing."""
    refusal = refuse_thaw(subject)
    if refusal:
        return refusal
    by_others = not subject.domain.held
    return Plan(
        ref=subject.ref,
        title=f"Thaw the file systems of {subject.name}",
        verb="Thaw",
        steps=(Thaw(subject.name),),
        effects=("the guest can write again",),
        warnings=("somebody else has frozen it, or a kvmtui before: perhaps a backup runs now",)
        if by_others
        else (),
    )


def set_time(subject: Subject) -> tuple[Step, ...]:
    """For ``Plan.afterwards`` where old RAM goes on running, if an agent may be there to ask."""
    away = subject.domain.state is State.RUNNING and _mute(subject)
    if away or subject.config.channel is Channel.NONE:
        return ()
    return (SetTime(subject.name),)


def _mute(subject: Subject) -> bool:
    """Whether the agent is known not to answer now."""
    guest = subject.domain.guest or Guest()
    return subject.config.channel is Channel.DISCONNECTED or guest.answer is Answer.SILENT


def freezes(step: Step) -> bool:
    """Whether the guest can be left frozen when the step fails half way."""
    return isinstance(step, Freeze) or (isinstance(step, CreateSnapshot) and step.quiesce)
