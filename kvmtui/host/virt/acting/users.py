"""Who needs a file now: as definitions, snapshots' records and the headers of images say."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from os.path import basename
from typing import Any

import libvirt

from kvmtui.host import folders
from kvmtui.host.base import Refused
from kvmtui.host.reach import reach
from kvmtui.host.virt import sizes
from kvmtui.model import parse


def refuse_shared(domain: Any, files: Collection[str]) -> None:
    """Raises ``Refused`` if another domain needs one of these files, which are to change.

    It may have come since the plan was made, or may name the file in another way. Only where the
    images can be looked at: elsewhere the plan knew as much.
    """
    handle = domain.connect()
    if not sizes.is_local(handle):
        return
    for other in handle.listAllDomains(0):
        if other.UUIDString() == domain.UUIDString():
            continue
        for whose, named in _named_by(other, local=True):
            found = next((file for file in files if _same(named, file)), None)
            if found is not None:
                raise Refused(f"{found} is also used by {whose}")


def user(handle: Any, file: str, *, local: bool) -> str:
    """Who needs the file, by this name or another; empty when nobody does."""
    for domain in handle.listAllDomains(0):
        for whose, named in _named_by(domain, local=local):
            same = _same(named, file) if local else named == file
            if same or named.rpartition(":")[2] == basename(file):  # of a volume
                return whose
    return ""


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    with suppress(OSError, ValueError):
        reach(one)
        reach(other)
        return os.path.samefile(one, other)
    return False


def _named_by(domain: Any, *, local: bool) -> Iterator[tuple[str, str]]:
    """Every file that the domain or a snapshot of it names, and what their images stand on."""
    seen = set[str]()
    for whose, text, named in _documents(domain):
        images = tuple(parse.needed(text))
        yield from ((whose, file) for file in (*images, *named))
        for image in images if local else ():
            yield from ((whose, lower) for lower in _below(whose, image, seen))


def _below(whose: str, image: str, seen: set[str]) -> Iterator[str]:
    try:
        yield from folders.below(image, seen)
    except TimeoutError as error:
        reason = f"what {image} of {whose} stands on cannot be seen: {error.strerror}"
        raise Refused(reason) from error


def _documents(domain: Any) -> Iterator[tuple[str, str, Collection[str]]]:
    """Whose it is, its text, and what it names besides images."""
    name = domain.name()
    for flags in (0, libvirt.VIR_DOMAIN_XML_INACTIVE):
        text = domain.XMLDesc(flags)
        yield name, text, parse.domain(text).names
    if domain.hasManagedSaveImage(0):
        text = domain.managedSaveGetXMLDesc(0)
        yield f"the saved RAM of {name}", text, parse.domain(text).names
    for snapshot in domain.listAllSnapshots(0):
        yield f"“{snapshot.getName()}” of {name}", snapshot.getXMLDesc(0), ()
