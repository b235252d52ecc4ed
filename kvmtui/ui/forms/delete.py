"""Deleting the selected snapshot, those below it, or all that are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.model.value import replace
from kvmtui.model.words import count
from kvmtui.plans import delete, mend
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Delete, Mend, Wish
from kvmtui.ui.forms import adopt, orphans
from kvmtui.ui.forms.chosen import chosen as chosen_snapshot
from kvmtui.ui.forms.form import Choice, Field, Form, Option, Toggle, Values
from kvmtui.ui.view import View

Ask = Callable[[Values], Delete]
"""What the values of the fields ask for."""

WAYS = (("delete", "libvirt's delete"), ("commit", "as a commit"), ("record", "only the record"))
MEND = ("mend", "correct its record")
"""Offered only for a snapshot whose layer was merged while nobody looked."""

EXTENTS = (("alone", "this one"), ("below", "with all below"), ("only", "only those below"))


def form(view: View) -> Form | Refusal:
    """Deleting snapshots: the marked ones, where there are any; in the chains what is not used."""
    subject, marked = view.subject(), view.marked
    if isinstance(subject, Refusal):
        return subject
    if view.orphan is not None:
        return orphans.form(subject, view.orphan)
    if not marked and view.inside is not None:
        return adopt.discard(subject, view.inside)
    if not marked:
        found = chosen_snapshot(view)
        if isinstance(found, Refusal):
            return found
        marked = (found[1].name,)
    first, *others = marked
    ref = subject.ref
    mends = not others and mend.refuse(subject, subject.forest.get(first)) is None

    def asked(values: Values) -> Delete:
        how, extent = values.get("how", "delete"), values.get("extent", "alone")
        return Delete(
            ref,
            first,
            children=extent != "alone",
            metadata_only=how == "record",
            itself=extent != "only",
            marked=tuple(others),
            cancellable=how == "commit",
            ram_file=values.get("ram", False),
        )

    def wish(values: Values) -> Wish:
        return Mend(ref, first) if values.get("how") == MEND[0] else asked(values)

    def fields(subject: Subject, values: Values) -> tuple[Field, ...]:
        return _fields(subject, asked, values, mends=mends)

    what = f"“{first}”" if not others else count(len(marked), "snapshot")
    return Form(ref, f"Delete {what} of {subject.name}", fields, wish)


def _fields(subject: Subject, ask: Ask, values: Values, *, mends: bool) -> tuple[Field, ...]:
    """How far, how, and whether a RAM file goes with the record alone.

    An answer stays chosen when it is refused meanwhile: the plan says so, and no other is taken.
    """
    asked = ask(values)
    hanging = () if asked.marked else subject.forest.children(asked.snapshot)
    widest = delete.chosen(subject, replace(asked, children=bool(hanging), itself=True))
    files = any(snapshot.kind is Kind.EXTERNAL for snapshot in widest)
    ways = _options(subject, ask, values, "how", [w for w in WAYS if files or w[0] != "commit"])
    ram = None if asked.metadata_only else Refusal("RAM", "goes with the snapshot")
    extent = _options(subject, ask, values, "extent", EXTENTS)
    return (
        *((Choice("extent", "What", extent, values.get("extent", "alone")),) if hanging else ()),
        Choice(
            "how",
            "How",
            (*ways, *((Option(*MEND),) if mends else ())),
            values.get("how", "delete"),
        ),
        *((Toggle("ram", "its RAM file too", False, ram),) if _ram_files(widest) else ()),
    )


def _ram_files(snapshots: Iterable[Snapshot]) -> bool:
    return any(snapshot.memory_file for snapshot in snapshots)


def _options(
    subject: Subject, ask: Ask, values: Values, id: str, answers: Iterable[tuple[str, str]]
) -> tuple[Option, ...]:
    """The answers, each with its refusal; why the chosen one is refused the plan says."""
    chosen = values.get(id)
    return tuple(
        Option(
            answer,
            label,
            None if answer == chosen else delete.refuse(subject, ask({**values, id: answer})),
        )
        for answer, label in answers
    )
