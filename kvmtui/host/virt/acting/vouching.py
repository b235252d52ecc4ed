"""Noting in snapshots' records when the images that they go back to were written last."""

from __future__ import annotations

import os
from typing import Any

import libvirt
from lxml import etree

from kvmtui.host import images
from kvmtui.host.base import Refused
from kvmtui.host.virt import keeping
from kvmtui.host.virt.acting.restart import recorded
from kvmtui.model import note, parse
from kvmtui.plans.steps import Vouch


def vouch(domain: Any, step: Vouch) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE for each of the snapshots."""
    for name in step.snapshots:
        try:
            _vouch(domain, step.disk, name)
        except (Refused, libvirt.libvirtError):
            if step.must:
                raise


def _vouch(domain: Any, target: str, name: str) -> None:
    text = recorded(domain, name)
    root = parse.tree(text)
    then = root.find("domain")
    record = parse.snapshot(text).disk(target)
    if then is None or record is None:
        raise Refused(f"“{name}” says nothing of {target}")
    note.write(then, target, _written(record.base))
    keeping.redefine(domain, etree.tostring(root, encoding="unicode"))


def _written(file: str) -> list[note.Written]:
    """The image and those below it. Raises ``Refused`` where one cannot be looked at."""
    below = images.below(file, {})
    if below is None:
        raise Refused(f"an image below {file} is missing")
    try:
        return [note.Written(path, os.stat(path).st_mtime_ns) for path in (file, *below)]
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from error
