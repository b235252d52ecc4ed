"""Places that a wish names for new files: nothing there may be overwritten."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from kvmtui.model.place import Place, There
from kvmtui.plans import rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.subject import Subject, named

NAME_BYTES, PATH_BYTES = 255, 4095
"""What Linux takes for a file name, and for a path."""


def lookable(path: str) -> bool:
    """Whether it makes sense to look for that path."""
    return spelling(path) is None


def refuse(subject: Subject, asked: Sequence[str], step: CreateSnapshot) -> Refusal | None:
    """Why the files of a step cannot be made; ``asked`` are those places that were named."""
    blocks = {target.file for target in step.targets if target.block}
    return rules.first(
        _twice(subject, list(_files(step))),
        None if subject.domain.state.active else commas(step.targets),
        *(
            rules.first(spelling(path), used(subject, path), _there(subject, path, path in blocks))
            for path in asked
        ),
    )


def refuse_new(subject: Subject, path: str) -> Refusal | None:
    """Why no new file can be made there."""
    return rules.first(spelling(path), used(subject, path), _there(subject, path, False))


def _files(step: CreateSnapshot) -> Iterator[str]:
    yield from (target.file for target in step.targets if target.file)
    yield from (step.memory_file,) if step.memory_file else ()


def spelling(path: str) -> Refusal | None:
    """Whether it is an absolute path as libvirt and Linux take it."""
    if not os.path.isabs(path):
        return Refusal("place relative", f"“{path}” does not begin with “/”")
    if os.path.normpath(path) != path or path.startswith("//"):
        return Refusal("place form", "a path without “//”, “.” and “..” is needed, down to a file")
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in rules.NOT_XML for c in path):
        return Refusal("place control", "a path cannot hold control characters")
    if len(os.path.basename(path).encode()) > NAME_BYTES or len(path.encode()) > PATH_BYTES:
        return Refusal("place long", f"a file name ends at {NAME_BYTES} bytes")
    return None


def _twice(subject: Subject, files: Sequence[str]) -> Refusal | None:
    """No two new files at one place, whatever links lead there."""
    real = [place.real or path if (place := subject.host.place(path)) else path for path in files]
    twice = next((path for n, path in enumerate(files) if real[n] in real[:n]), None)
    return Refusal("place twice", f"{twice} is named twice") if twice else None


def commas(targets: Iterable[Target]) -> Refusal | None:
    """libvirt has qemu-img make ``a,,b`` instead of ``a,b``: the domain could not start again."""
    path = next((target.file for target in targets if "," in target.file), None)
    if path is None:
        return None
    reason = f"while the domain is off libvirt misplaces a file with “,”: {path}"
    return Refusal("comma off", reason, "start the domain first (o)")


def used(subject: Subject, path: str) -> Refusal | None:
    """A file that a domain or a snapshot names is taken, even where it is missing."""
    place = subject.host.place(path)
    real = place.real if place else ""
    for domain in subject.host.domains:
        for known in (path, real):
            if known and (domain.holds(known) or known in named(domain)):
                return Refusal("place used", f"{path} belongs to {domain.name}")
    return None


def _there(subject: Subject, path: str, overlay_on_block: bool) -> Refusal | None:
    """What was found there when somebody looked."""
    place = subject.host.place(path)
    if place is None:
        free = subject.sees(os.path.dirname(path)) and path not in set(subject.files())
        return None if free else unseen(path)
    if place.folder is There.NOTHING:
        return Refusal("no folder", f"there is no folder {os.path.dirname(path)}")
    if place.folder not in (There.FOLDER, There.UNKNOWN):
        return Refusal("no folder", f"{os.path.dirname(path)} is no folder")
    if place.there is There.BLOCK and overlay_on_block:
        return _device(place)
    if place.there in (There.NOTHING, There.UNKNOWN):
        return None
    return Refusal("file exists", f"{path} is {place.there.value} already", "choose another name")


def unseen(path: str) -> Refusal:
    """Until somebody has looked, nothing is known of a place."""
    return Refusal("place unseen", f"{path} has not been looked at yet")


def _device(place: Place) -> Refusal | None:
    if place.held:
        return Refusal("device held", f"the host itself uses {place.path}")
    return None
