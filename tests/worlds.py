"""Hand-made worlds: short builders of values, with names as real sites have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Config, Domain, State
from kvmtui.model.guest import Answer, Channel, FileSystem, Guest
from kvmtui.model.job import Job, JobKind
from kvmtui.model.place import Place, There
from kvmtui.model.snapshot import Forest, Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.world import Facts, Host, Link, Ref, World
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Wish

URI = "qemu:///system"
FOLDER = "/img"
NOW = 1_795_262_400
"""2026-11-21 12:00 UTC."""
DAY = 86_400
GIB = 2**30

V9, V10, V11, V12 = 9_000_000, 10_000_000, 11_003_000, 12_008_000
"""libvirt of Debian 12, Ubuntu 24.04, Debian 13 and Debian sid."""

HOSTILE = {
    "closing tag": "a[/]b",
    "style": "[red]x[/red]",
    "quotes": 'it\'s "quoted" `id` $HOME',
    "spaces": "  two  spaces  ",
    "option": "--all -x",
    "commas": "a,b,,c=d",
    "vietnamese": "máy chủ Hà Nội đã sửa",
    "chinese": "数据库服务器快照",
    "spanish": "instantánea de año nuevo ¿sí?",
    "combining": "e\u0301a\u0300o\u0302" * 3,
    "override": "invoice\u202egnp.exe",
    "isolate": "a\u2066b\u2069\u200f",
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "newline": "one\ntwo\r\tthree",
    "delete": "x\x07\x7fy",
    "csi": "\x9b2Jcleared",
    "separators": "a\u2028b\u2029c\x85d",
    "long": "n" * 255,
    "wide": "宽" * 85,
    "emoji": "👩‍💻🏳️‍🌈",
}
"""Names that somebody has, or that somebody would try."""


def file(name: str) -> str:
    """A path where images are."""
    return f"{FOLDER}/{name}"


def image(path: str, **fields: Any) -> Layer:
    """A layer, qcow2 unless it says otherwise."""
    known: dict[str, Any] = {"format": "qcow2", "capacity": 20 * GIB, "used": GIB}
    return Layer(path, **{**known, **fields})


def disk(*paths: str, target: str = "vda", **fields: Any) -> Disk:
    """A disk whose whole chain is known, active layer first."""
    return replace(Disk(target, layers=tuple(map(image, paths)), complete=True), **fields)


def external(
    name: str, parent: str | None = None, *, targets: Iterable[str] = ("vda",), **fields: Any
) -> Snapshot:
    """A disk-only snapshot; ``base`` and ``overlay`` name files, of the first target if many."""
    base, overlay = fields.pop("base"), fields.pop("overlay")
    below = tuple(map(file, fields.pop("below"))) if "below" in fields else None
    disks = tuple(
        SnapshotDisk(t, "external", file(overlay.format(t=t)), file(base.format(t=t)), below=below)
        for t in targets
    )
    known: dict[str, Any] = {"created": NOW - DAY, "state": "disk-snapshot", "disks": disks}
    return Snapshot(name, parent, **{**known, **fields})


def internal(
    name: str, parent: str | None = None, *, base: str = "web.qcow2", **fields: Any
) -> Snapshot:
    """A snapshot inside the image, with RAM."""
    disks = (SnapshotDisk("vda", "internal", base=file(base)),)
    known: dict[str, Any] = {"created": NOW - DAY, "state": "running", "disks": disks}
    return Snapshot(name, parent, memory=Memory.INTERNAL, **{**known, **fields})


def domain(name: str = "web", *disks: Disk, **fields: Any) -> Domain:
    """A running domain; fields of its configuration go there, the others into the domain."""
    own = {key: fields.pop(key) for key in tuple(fields) if key in Config.__struct_fields__}
    config = Config(
        memory=2 * GIB, vcpus=2, disks=disks or (disk(file(f"{name}.qcow2")),), channel=Channel.NONE
    )
    known: dict[str, Any] = {"state": State.RUNNING, "forest": Forest(), **fields}
    count = len(known["forest"].snapshots) if known["forest"] else None
    return Domain(f"u-{name}", name, snapshot_count=count, config=replace(config, **own), **known)


def chained(depth: int, name: str = "web", **fields: Any) -> Domain:
    """``depth`` disk-only snapshots in a row, s1 first, one file for each."""
    names = [f"{name}.qcow2", *(f"{name}.s{n}.qcow2" for n in range(1, depth + 1))]
    taken = tuple(
        external(
            f"s{n}",
            f"s{n - 1}" if n > 1 else None,
            base=names[n - 1],
            overlay=names[n],
            created=NOW - (depth - n + 1) * DAY,
        )
        for n in range(1, depth + 1)
    )
    forest = Forest(taken, f"s{depth}" if depth else None)
    return domain(name, disk(*map(file, reversed(names))), forest=forest, **fields)


def branched(**fields: Any) -> Domain:
    """root - s1 - s2, then back to s1 and on to s3, where the domain is now."""
    forest = Forest(
        (
            external("root", base="web.qcow2", overlay="web.root.qcow2", created=NOW - 9 * DAY),
            external("s1", "root", base="web.root.qcow2", overlay="web.s1-r.qcow2"),
            external(
                "s2",
                "s1",
                base="web.s1.qcow2",
                overlay="web.s2.qcow2",
                below=("web.root.qcow2", "web.qcow2"),
            ),
            external("s3", "s1", base="web.s1-r.qcow2", overlay="web.s3.qcow2", created=NOW - 60),
        ),
        "s3",
    )
    names = ("web.s3.qcow2", "web.s1-r.qcow2", "web.root.qcow2", "web.qcow2")
    return domain("web", disk(*map(file, names)), forest=forest, **fields)


def marked(of: Domain, name: str, target: str = "vda") -> Domain:
    """The domain after a delete was interrupted whose merge went into that snapshot's overlay."""
    forest = of.forest or Forest()
    taken = (replace(s, unfinished=(target,)) if s.name == name else s for s in forest.snapshots)
    return replace(of, forest=replace(forest, snapshots=tuple(taken)))


def inner(*names: str, name: str = "web", **fields: Any) -> Domain:
    """Internal snapshots in a row in the one image of a domain."""
    parents = (None, *names)
    taken = tuple(
        internal(own, parent, base=f"{name}.qcow2")
        for own, parent in zip(names, parents, strict=False)
    )
    return domain(name, forest=Forest(taken, names[-1] if names else None), **fields)


ANSWERING = Guest(
    Answer.ANSWERING,
    version="7.2.22",
    hostname="web",
    os="Debian GNU/Linux 12",
    addresses=("10.20.0.14",),
    filesystems=(FileSystem("/", "ext4", 40 * GIB, 10 * GIB, ("vda",)),),
)
SILENT = Guest(Answer.SILENT, trouble="Guest agent is not responding")
FROZEN = replace(ANSWERING, frozen=True)
COMMITTING = Job("vda", JobKind.ACTIVE_COMMIT, GIB, 4 * GIB)
READY = Job("vda", JobKind.ACTIVE_COMMIT, 4 * GIB, 4 * GIB, ready=True)


def place(path: str, there: There = There.NOTHING, **fields: Any) -> Place:
    """A path that was looked at; nothing is there unless it says otherwise."""
    known: dict[str, Any] = {"folder": There.FOLDER, "real": path, "beside": frozenset()}
    return Place(path, there, **{**known, **fields})


def facts(libvirt: int = V11, hypervisor: str = "QEMU") -> Facts:
    """A host of that libvirt."""
    return Facts(
        libvirt=libvirt, hypervisor=hypervisor, name="kvm01", external_revert=libvirt >= 9_009_000
    )


def host(*domains: Domain, libvirt: int = V11, hypervisor: str = "QEMU", **fields: Any) -> Host:
    """An open connection with these domains."""
    known: dict[str, Any] = {"uri": URI, "link": Link.OPEN, "facts": facts(libvirt, hypervisor)}
    return Host(domains=domains, **{**known, **fields})


def world(*domains: Domain, **fields: Any) -> World:
    """One open host with these domains."""
    return World((host(*domains, **fields),))


def ref(of: Domain, uri: str = URI) -> Ref:
    """Names that domain."""
    return Ref(uri, of.uuid)


def allowed(shown: World, wish: Wish) -> Plan:
    """The plan for a wish that must not be refused."""
    made = planner.make(shown, wish)
    assert isinstance(made, Plan), made
    return made


def refused(shown: World, wish: Wish) -> str:
    """The rule that refuses a wish, empty when none does."""
    made = planner.make(shown, wish)
    return "" if isinstance(made, Plan) else made.rule
