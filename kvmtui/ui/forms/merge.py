"""Committing layers of the selected disk: from a top down into a base."""

from __future__ import annotations

from kvmtui.plans.chain import blockjob, merge
from kvmtui.plans.chain.merging import Merged
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Merge, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Toggle, Values
from kvmtui.ui.forms.layers import options
from kvmtui.ui.forms.speed import limit
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
    """The layer under the cursor is the base, the marked one the top, else the active one."""
    subject, disk = view.subject(), view.selected_disk
    if isinstance(subject, Refusal):
        return subject
    refusal = blockjob.refuse(subject, disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "no disk is selected")
    target, ref, layer, marked = disk.target, subject.ref, view.layer, view.marked_layer

    def fields(subject: Subject, values: Values) -> tuple[Field, ...]:
        now = subject.config.disk(target)
        if now is None:
            return ()
        tops = merge.tops(now)
        top = _chosen(values.get("top", marked), tops)
        bases = merge.bases(now, top)
        able = (b for b in bases if not merge.refuse(subject, Merge(ref, target, b, top=top)))
        preset = layer if layer in bases else next(able, _chosen(None, bases))
        base = _chosen(values.get("base", preset), bases)
        beside = merge.others(subject, Merged(target, top, base))
        return (
            Choice("base", "Into", options(now, bases), preset, stepped=True),
            Choice("top", "From", options(now, tops), top, stepped=True),
            Toggle(
                "others",
                f"also {', '.join(other.disk for other in beside)}, down to the same snapshot",
                False,
                shown=bool(beside),
            ),
            Toggle("keep", "keep the merged files", False),
            limit(subject),
        )

    def wish(values: Values) -> Wish:
        return Merge(
            ref,
            target,
            values.get("base") or "",
            values.get("keep", False),
            values.get("top") or "",
            values.get("others", False),
            values.get("limit"),
        )

    return Form(ref, f"Commit {target} of {subject.name}", fields, wish)


def _chosen(wanted: object, layers: tuple[str, ...]) -> str:
    return wanted if isinstance(wanted, str) and wanted in layers else next(iter(layers), "")
