"""Taking a snapshot: its name, kind, disks and files, and whether the guest is quiet meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from os.path import dirname

from kvmtui.model.disk import Disk
from kvmtui.model.value import Value
from kvmtui.plans import names
from kvmtui.plans.create import refusals
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Line, Option, Toggle, Values
from kvmtui.ui.view import View

KINDS = (("external", "disks only"), ("ram", "disks and RAM"), ("internal", "inside the image"))
WHOLE = Refusal("whole", "inside the image every disk is included")


def form(view: View) -> Form | Refusal:
    """Taking a snapshot."""
    subject = view.subject()
    if isinstance(subject, Refusal):
        return subject
    reasons = [refusals.refuse(subject, how) for how, _ in KINDS]
    if all(reasons):
        return next(reason for reason in reasons if reason)
    ref = subject.ref

    def wish(values: Values) -> Wish:
        external, chosen = values["how"] != "internal", _chosen(values)
        named = external and values["files"]
        return Create(
            ref,
            values["name"].strip(),
            values["description"].strip(),
            values["how"],
            chosen if external else None,
            values["quiesce"],
            tuple((target, _path(values, target)) for target in chosen) if named else (),
            values["memory"].strip() if named and values["how"] == "ram" else "",
            values["how"] == "ram" and values["waits"] == "live",
            named and values["reuse"],
        )

    fields = partial(_fields, time.localtime())
    return Form(ref, f"Take a snapshot of {subject.name}", fields, wish)


_DISK, _FILE = "disk-", "file-"


def _id(kind: str, target: str) -> str:
    """A field's id for any target: ids take only some characters."""
    return kind + target.encode("utf-8", "surrogatepass").hex()


def _chosen(values: Values) -> tuple[str, ...]:
    """Targets of the disks that are included."""
    return tuple(
        bytes.fromhex(key.removeprefix(_DISK)).decode("utf-8", "surrogatepass")
        for key, value in values.items()
        if key.startswith(_DISK) and value
    )


def _path(values: Values, target: str) -> str:
    return str(values.get(_id(_FILE, target), "")).strip()


def _fields(now: time.struct_time, subject: Subject, values: Values) -> tuple[Field, ...]:
    options = tuple(Option(how, label, refusals.refuse(subject, how)) for how, label in KINDS)
    first = next((option.value for option in options if not option.refusal), "external")
    how = values.get("how", first)
    name = _proposed(subject, how, now)
    asked = Asked(subject, values, how, name)
    quiet = refusals.can_quiesce(subject, how)
    return (
        Line("name", "Name", name),
        Line("description", "About"),
        Choice("how", "Kind", options, first),
        *asked.waits(),
        *asked.disks(),
        Toggle("quiesce", "quiesce file systems", quiet is None, quiet),
        *asked.files(),
    )


def _proposed(subject: Subject, how: str, now: time.struct_time) -> str:
    precise = "-%H%M%S" if names.blind_disk(subject, how) else ""
    return names.snapshot_name(subject, time.strftime(f"snap-%Y-%m-%d{precise}", now))


class Asked(Value):
    """The fields that not every snapshot needs."""

    subject: Subject
    values: Values
    how: str
    name: str
    """What is proposed for one."""

    def waits(self) -> Iterator[Field]:
        """What the guest does while its RAM is saved."""
        options = (
            Option("waits", "the guest waits"),
            Option("live", "it runs on until the end", refusals.can_live(self.subject)),
        )
        yield Choice("waits", "RAM", options, "waits", shown=self.how == "ram")

    def disks(self) -> Iterator[Field]:
        """Which disks; one alone is not asked for."""
        writable = self.subject.config.writable
        for disk in writable:
            whole = WHOLE if self.how == "internal" else None
            refusal = whole or refusals.shared(disk)
            value, shown = refusal is None or refusal is whole, len(writable) > 1
            yield Toggle(_id(_DISK, disk.target), f"include {disk.target}", value, refusal, shown)

    def files(self) -> Iterator[Field]:
        """Where the files go; said only by who wants another place than beside the disks."""
        writable = self.subject.config.writable
        external = self.how != "internal"
        needed = any(not names.has_place(disk) for disk in writable)
        yield Toggle("files", "choose the files", needed, shown=external)
        wanted = external and self.values.get("files", needed)
        included = [disk for disk in writable if self.values.get(_id(_DISK, disk.target), True)]
        proposed = self._proposed(included)
        for disk in writable:
            shown = wanted and disk in included
            path = proposed.get(disk.target, "")
            yield Line(_id(_FILE, disk.target), disk.target, path, shown=shown)
        yield Line(
            "memory", "RAM", self._memory(included, proposed), shown=wanted and self.how == "ram"
        )
        yield Toggle("reuse", "they exist already (reuse)", False, shown=wanted)

    def _name(self) -> str:
        return str(self.values.get("name") or self.name).strip()

    def _proposed(self, disks: list[Disk]) -> dict[str, str]:
        made = names.overlays(self.subject, disks, self._name())
        return {target.disk: target.file for target in made}

    def _memory(self, disks: list[Disk], proposed: dict[str, str]) -> str:
        paths = [_path(self.values, disk.target) or proposed.get(disk.target, "") for disk in disks]
        beside = next((dirname(path) for path in paths if path), "")
        return names.memory_file(self.subject, beside, self._name(), paths) if beside else ""
