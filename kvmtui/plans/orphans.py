"""Images and saved RAM beside a domain's disks that nothing refers to, and removing one.

An orphan is shown with the domain that it comes from: it stands on one of its images, or is named
like them, or holds its RAM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from os.path import basename, dirname

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain
from kvmtui.model.folder import QCOW2, RAM, Folder, StoredFile
from kvmtui.model.snapshot import SnapshotDisk
from kvmtui.model.words import count, moment, size
from kvmtui.model.world import Host
from kvmtui.plans import flushing
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.same import Same, of_each_domain
from kvmtui.plans.steps import RemoveFile
from kvmtui.plans.subject import Subject, named
from kvmtui.plans.wishes import RemoveOrphan

PARTED = 250
"""Layers after which a chain is taken for a circle."""


def folders_of(domain: Domain) -> frozenset[str]:
    """Where the images of a domain lie, and the RAM of its snapshots."""
    return frozenset(dirname(path) for path in own_files(domain) if path.startswith("/"))


def own_files(domain: Domain) -> frozenset[str]:
    """The files of its disks, and those that its snapshots name."""
    disks = domain.config.writable if domain.config else ()
    files = {layer.source for disk in disks for layer in disk.layers if layer.kind == "file"}
    for snapshot in domain.forest.snapshots if domain.forest else ():
        files.update(snapshot.overlays, {snapshot.memory_file} - {""})
        files.update(record.base for record in snapshot.disks if _is_image(record))
    return frozenset(files)


def _is_image(record: SnapshotDisk) -> bool:
    return record.type == "file" and record.device == "disk" and bool(record.base)


def names(host: Host) -> frozenset[str]:
    """Every path that a definition, a chain or a record of the host names."""
    return frozenset().union(*(_names_of(domain) for domain in host.domains))


@of_each_domain
def _names_of(domain: Domain) -> frozenset[str]:
    """Remembered: while a job runs only its own domain changes."""
    config, forest = domain.config, domain.forest
    found = set(named(domain))
    if config is not None:
        found |= config.names
        for disk in config.disks:
            found.update(layer.source for layer in disk.layers)
            found.update({disk.mirror.source} if disk.mirror else ())
    return frozenset(found.union(forest.names if forest else ()))


def unknown(subject: Subject) -> Refusal | None:
    """Why nobody can say that a file is not needed."""
    host = subject.host
    if not host.facts.local:
        return Refusal("remote", "files of another machine cannot be looked into")
    unread = [d for d in host.domains if d.config is None or d.forest is None]
    if unread:
        told = unread[0].name if len(unread) == 1 else f"{len(unread)} domains"
        return Refusal("others unread", f"not known yet: {told} not read", "F5 reads again")
    looked = {folder.path for folder in host.folders}
    missing = next((path for path in folders_of(subject.domain) if path not in looked), None)
    if missing is not None:
        return Refusal("folder unread", f"not known yet: {missing} not read", "F5 reads again")
    closed = next((folder for folder in host.folders if folder.unread), None)
    if closed is not None:
        told = count(closed.unread, "file")
        return Refusal("closed", f"not known: {told} in {closed.path} cannot be read")
    for domain in host.domains:
        for disk in domain.config.disks if domain.config else ():
            if _goes_on(host, disk):
                return Refusal("chain", f"not known: the chain of {disk.target} of {domain.name}")
    return None


def _goes_on(host: Host, disk: Disk) -> bool:
    """Whether something may lie below the known layers that nobody could see."""
    last = disk.layers[-1] if disk.layers else None
    if last is None or disk.complete or last.kind not in ("file", "block"):
        return False
    if last.missing or last.format == "raw":
        return False
    file = _stored(host, last.source)
    looked = {folder.path for folder in host.folders}
    return file is None or any(dirname(path) not in looked for path in below(host, file))


def _stored(host: Host, path: str) -> StoredFile | None:
    return _by_path(Same(host.folders)).get(path)


@lru_cache(maxsize=4)
def _by_path(folders: Same[tuple[Folder, ...]]) -> dict[str, StoredFile]:
    return {file.path: file for folder in folders.it for file in folder.files}


@lru_cache(maxsize=4)
def _needed(folders: Same[tuple[Folder, ...]]) -> frozenset[str]:
    """What the files there stand on."""
    files = _by_path(folders).values()
    return frozenset(path for file in files for path in file.needs if path != file.path)


def _files(host: Host) -> Iterator[StoredFile]:
    for folder in host.folders:
        yield from folder.files


def orphans(subject: Subject) -> tuple[StoredFile, ...]:
    """The files that nothing refers to, as far as is known, and that come from this domain."""
    return _orphans(Same(subject.host), Same(subject.domain))


@lru_cache(maxsize=4)
def _orphans(host: Same[Host], domain: Same[Domain]) -> tuple[StoredFile, ...]:
    """Remembered: the pane asks at every key."""
    taken = names(host.it).union(*(folder.aliases for folder in host.it.folders))
    needed = _needed(Same(host.it.folders))
    beside = folders_of(domain.it)
    return tuple(
        file
        for file in _files(host.it)
        if not file.held
        and dirname(file.path) in beside
        and not {file.path, basename(file.path)} & taken
        and file.path not in needed
        and _comes_from(host.it, domain.it, file, taken)
    )


def _comes_from(host: Host, domain: Domain, file: StoredFile, taken: frozenset[str]) -> bool:
    if file.format == RAM:
        return file.uuid == domain.uuid
    own = own_files(domain)
    families = {*map(_family, own)} - {""}
    for path in below(host, file):
        if path in own or path in taken:
            return path in own
        if _family(path) in families:
            return True
    return _family(file.path) in families


def below(host: Host, file: StoredFile) -> Iterator[str]:
    """What it stands on, nearest first."""
    waiting, seen = [file], {file.path}
    while waiting and len(seen) < PARTED:
        for path in sorted(waiting.pop(0).needs - seen):
            yield path
            seen.add(path)
            lower = _stored(host, path)
            waiting += [lower] if lower is not None else []


def carrying(subject: Subject, file: str) -> tuple[str, ...]:
    """What a file stands on, as far as somebody has looked into it."""
    found = _stored(subject.host, file)
    return tuple(below(subject.host, found)) if found is not None else ()


def _family(path: str) -> str:
    """What the names of layers begin with: ``web`` of ``web.qcow2`` and ``web.s1.qcow2``."""
    return basename(path).partition(".")[0]


def standing_on(subject: Subject, file: str) -> tuple[str, ...]:
    """Images that stand right on a file, and that are neither layers of this domain nor recorded.

    Nobody would notice that a merge into the file spoils them.
    """
    own = own_files(subject.domain)
    return tuple(
        other.path
        for other in _files(subject.host)
        if other.format == QCOW2 and file in other.needs and other.path not in {*own, file}
    )


def waking_on(subject: Subject, file: str) -> tuple[str, ...]:
    """Saved RAM that names a file as a disk, whoever left it: without that it never wakes."""
    return tuple(
        other.path for other in _files(subject.host) if other.format == RAM and file in other.needs
    )


def left_over(subject: Subject, files: Iterable[str]) -> tuple[str, ...]:
    """Those that are named like this domain's own images: as a revert leaves them behind."""
    families = {*map(_family, own_files(subject.domain))}
    standing = (other for file in files for other in standing_on(subject, file))
    return tuple(other for other in dict.fromkeys(standing) if _family(other) in families)


def spoilt(subject: Subject, files: Iterable[str]) -> tuple[str, ...]:
    """What is told of images that no record names when these files change: what a revert left."""
    return tuple(
        f"{basename(image)} stands on {basename(file)}, and is spoilt: no record says what it is"
        for file in files
        for image in standing_on(subject, file)
    )


def stood_on(subject: Subject, files: Sequence[str]) -> Refusal | None:
    """Why none of these files must change: somebody's image stands on one, unrecorded."""
    ours = left_over(subject, files)
    for file in files:
        for other in standing_on(subject, file):
            if other in ours:
                continue
            reason = f"{basename(other)} stands on {basename(file)}, though no record says so"
            return Refusal("stood on", reason, "remove it first (d in pane 3), or keep the file")
    return None


def refuse(subject: Subject, path: str) -> Refusal | None:
    """Why a file is not removed."""
    refusal = unknown(subject)
    if refusal is not None:
        return refusal
    if not any(file.path == path for file in orphans(subject)):
        return Refusal("used", f"{basename(path)} is gone, or something refers to it by now")
    return None


def plan(subject: Subject, wish: RemoveOrphan) -> Plan | Refusal:
    """The proof stands in the effects; it is asked for again when the file is removed."""
    refusal, file = refuse(subject, wish.file), _stored(subject.host, wish.file)
    if refusal or file is None:
        return refusal or Refusal("used", f"{basename(wish.file)} is gone")
    pooled = dirname(file.path) in subject.host.facts.pools
    image = file.format != RAM
    unwritten = flushing.refuse(subject) if image else None
    if unwritten:
        return unwritten
    what = "what was written to it" if image else "the RAM that was saved"
    lost = f"{what}: {size(file.used)}, last written {moment(file.changed or 0)}"
    return Plan(
        ref=subject.ref,
        title=f"Remove {basename(file.path)}",
        verb="Remove",
        steps=(
            *(flushing.steps(subject) if image else ()),
            RemoveFile(subject.name, file.path, pooled),
        ),
        danger=Danger.LOSS,
        losses=(lost,),
        effects=(*(flushing.told(subject) if image else ()), *_proof(subject.host, file)),
        warnings=(*_doubts(subject.host, file), *(flushing.warnings(subject) if image else ())),
    )


def _proof(host: Host, file: StoredFile) -> Iterable[str]:
    snapshots = sum(len(d.forest.snapshots) for d in host.domains if d.forest)
    images = sum(1 for other in _files(host) if other.path != file.path)
    yield f"no definition names it, of {count(len(host.domains), 'domain')} of {host.label}"
    yield f"no record names it, of {count(snapshots, 'snapshot')}"
    yield f"no file stands on it, of {images} in {', '.join(f.path for f in host.folders)}"


def _doubts(host: Host, file: StoredFile) -> Iterable[str]:
    if any(folder.served for folder in host.folders if folder.path == dirname(file.path)):
        yield "it lies on a file server: domains of other machines are not asked"
    if file.format == RAM:
        yield "virsh save leaves such files, too: a domain can be started from it"
    elif not file.needs:
        yield "it stands on nothing: somebody may keep it as a copy"
