"""Lines of what libvirt does and refuses when it is asked for a snapshot, as it was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from tests.lab.domain import LabDomain
from tests.lab.odd import (
    asleep,
    channel,
    device,
    merging,
    network,
    occupied,
    peer,
    raw,
    raw_device,
    same_stem,
    shared,
    taken,
    transient,
    uefi,
    with_checkpoint,
)
from tests.lab.versions import on

REDEFINE, NO_METADATA, HALT, DISK_ONLY, REUSE, QUIESCE, LIVE = 1, 4, 8, 16, 32, 64, 256
"""VIR_DOMAIN_SNAPSHOT_CREATE_…"""

OFF, RUNNING, PAUSED = "shut off", "running", "paused"

Change = Callable[[etree._Element, Path], object]


@dataclass(frozen=True)
class Line:
    """One thing that can be asked of libvirt, and what kvmtui says to the same wish."""

    says: str
    code: int | tuple[int, ...]
    """libvirt's error, 0 for none; several are those of one libvirt after another, see `on`."""
    xml: str = ""
    """What stands in the ``<domainsnapshot>`` besides its name; ``{in}`` is the test's folder."""
    flags: int = 0
    wish: dict[str, Any] | None = None
    """The same as a wish; None for what no wish of kvmtui can mean."""
    rule: str | tuple[str, str] = ""
    """The rule by which kvmtui refuses, empty where it does not."""
    name: str = "s1"
    state: str = RUNNING
    disks: int = 1
    change: Change | None = None
    """What is different in the definition."""
    before: Callable[[LabDomain], object] | None = None
    """What was done to the domain, in the state of before."""
    after: str = ""
    """The state in which the domain is left, where that surprises."""

    def at(self, version: int, value: Any) -> Any:
        """What holds on that libvirt."""
        return on(version, *value) if isinstance(value, tuple) else value


def disk(target: str, mode: str, file: str = "", driver: str = "qcow2") -> str:
    """One ``<disk>``."""
    inner = f"<driver type='{driver}'/><source file='{file}'/>" if file else ""
    return f"<disk name='{target}' snapshot='{mode}'>{inner}</disk>"


def disks(*each: str) -> str:
    """The ``<disks>`` of a snapshot."""
    return f"<disks>{''.join(each)}</disks>"


NEW = disks(disk("vda", "external", "{in}/new.qcow2"))
RAM = "<memory snapshot='external' file='{in}/new.mem'/>"


def at(name: str) -> dict[str, Any]:
    """A wish for an overlay of vda at that name."""
    return {"files": (("vda", "{in}/" + name),)}


QUIET = {"quiesce": True}
INSIDE = {"how": "internal"}
BOTH = {"how": "ram"}

LINES = (
    # The guest agent.
    Line("quiesce without disk-only", 8, "", QUIESCE, {**INSIDE, **QUIET}, "quiesce kind"),
    Line("quiesce without a channel", 74, NEW, DISK_ONLY | QUIESCE, QUIET, "agent channel"),
    Line(
        "quiesce with nobody at the channel", 86, NEW, DISK_ONLY | QUIESCE, QUIET,
        "agent away", change=channel,
    ),
    Line(
        "quiesce while paused", 55, NEW, DISK_ONLY | QUIESCE, QUIET, "agent state",
        change=channel, state=PAUSED,
    ),
    Line(
        "quiesce while off: ignored in silence", 0, NEW, DISK_ONLY | QUIESCE, QUIET,
        "agent state", change=channel, state=OFF,
    ),
    Line(
        "quiesce with a disk in somebody else's hands", (86, 86, 84),
        disks(disk("vda", "external", "{in}/new.qcow2"), disk("vdb", "manual")),
        DISK_ONLY | QUIESCE, disks=2, change=channel,
    ),
    # RAM.
    Line("live without a file for the RAM", 84, NEW, DISK_ONLY | LIVE, {"live": True}, "live kind"),
    Line("live while off", 84, NEW, LIVE, {**BOTH, "live": True}, "no RAM", state=OFF),
    Line("live and redefine", 8, RAM + NEW, LIVE | REDEFINE),
    Line("RAM with disk-only", 27, RAM + NEW, DISK_ONLY),
    Line("RAM inside with disk-only", 27, "<memory snapshot='internal'/>" + NEW, DISK_ONLY),
    Line("RAM inside while off", 27, "<memory snapshot='internal'/>", state=OFF),
    Line("RAM while off", 27, RAM + NEW, 0, BOTH, "no RAM", state=OFF),
    Line(
        "RAM at a relative path", 27, "<memory snapshot='external' file='new.mem'/>" + NEW, 0,
        {**BOTH, "memory_file": "new.mem"}, "place relative",
    ),
    Line("no RAM with a running domain's inside", 84, "<memory snapshot='no'/>"),
    Line(
        "RAM into a file that exists: overwritten", 0,
        "<memory snapshot='external' file='{in}/full'/>" + NEW, 0,
        {**BOTH, "memory_file": "{in}/full"}, "file exists", before=occupied,
    ),
    Line("RAM beside shared memory", 55, RAM + NEW, 0, BOTH, "device", change=peer),
    Line("RAM inside beside shared memory", 55, "", 0, INSIDE, "device", change=peer),
    # Inside the images.
    Line(
        "inside with disk-only", 67, disks(disk("vda", "internal")), DISK_ONLY
    ),
    Line("inside a raw disk", 67, "", 0, INSIDE, "not qcow2", change=raw),
    Line("inside a raw disk while off", 67, "", 0, INSIDE, "not qcow2", change=raw, state=OFF),
    Line(
        "inside a raw device while off", 67, "", 0, INSIDE, "not qcow2", change=raw_device,
        state=OFF,
    ),
    Line(
        "inside with one disk left out", 67, disks(disk("vda", "internal"), disk("vdb", "no")), 0,
        {**INSIDE, "disks": ("vda",)}, "left out", disks=2,
    ),
    Line(
        "inside of UEFI while off", (84, 0), "", 0, INSIDE, ("UEFI off", ""),
        change=uefi, state=OFF,
    ),
    Line("inside of UEFI", 84, "", 0, INSIDE, "UEFI running", change=uefi),
    Line(
        "inside under a name that no job has", (0, 1), "", 0, INSIDE, ("", "name job"),
        name="instantánea1",
    ),
    # Disks.
    Line("no disk at all", 67, disks(disk("vda", "no")), DISK_ONLY, {"disks": ()}, "no disk"),
    Line(
        "inside and outside at once", 67,
        disks(disk("vda", "internal"), disk("vdb", "external", "{in}/new.qcow2")), 0, disks=2,
    ),
    Line("a raw overlay", 67, disks(disk("vda", "external", "{in}/new", "raw")), DISK_ONLY),
    Line(
        "a disk in somebody else's hands: left paused", 0,
        disks(disk("vda", "external", "{in}/new.qcow2"), disk("vdb", "manual")), DISK_ONLY,
        disks=2, after=PAUSED,
    ),
    Line("halt: left off", 0, NEW, DISK_ONLY | HALT, after=OFF),
    Line("halt of a transient domain", 55, NEW, DISK_ONLY | HALT, before=transient),
    Line(
        "a disk that is not there", 67, disks(disk("vdz", "external", "{in}/new")), DISK_ONLY,
        {"disks": ("vdz",)}, "unknown disk",
    ),
    Line(
        "a shared disk", 67, NEW, DISK_ONLY, {"disks": ("vda",)}, "shareable", change=shared
    ),
    Line(
        "a device without a place", 67, "", DISK_ONLY, {}, "not a file", change=device, state=OFF
    ),
    Line(
        "a network disk without a place", 67, "", DISK_ONLY, {}, "network off", change=network,
        state=OFF,
    ),
    Line(
        "a network disk while off", 1, NEW, DISK_ONLY, at("new.qcow2"), "network off",
        change=network, state=OFF,
    ),
    Line("images of one stem, without places", 67, "", DISK_ONLY, {}, disks=2, change=same_stem),
    # Names.
    Line("a name twice", 9, NEW, DISK_ONLY, {}, "name taken", before=taken),
    Line("a name with a slash", 35, NEW, DISK_ONLY, {}, "name slash", name="a/b"),
    Line("a name with a dot in front", 35, NEW, DISK_ONLY, {}, "name dot", name=".s1"),
    # Files.
    Line(
        "a file that exists", 67, disks(disk("vda", "external", "{in}/full")), DISK_ONLY,
        at("full"), "file exists", before=occupied,
    ),
    Line(
        "a file that exists, while off", 67, disks(disk("vda", "external", "{in}/full")), DISK_ONLY,
        at("full"), "file exists", before=occupied, state=OFF,
    ),
    Line(
        "a file that is empty: overwritten", 0, disks(disk("vda", "external", "{in}/empty")),
        DISK_ONLY, at("empty"), "file exists", before=occupied,
    ),
    Line(
        "reuse of what is not there", 38, NEW, DISK_ONLY | REUSE,
        {**at("new.qcow2"), "reuse": True}, "reuse missing",
    ),
    Line(
        "a folder that is not there", 38, disks(disk("vda", "external", "{in}/no/new")), DISK_ONLY,
        at("no/new"), "no folder",
    ),
    Line(
        "a folder that is not there, while off", 1, disks(disk("vda", "external", "{in}/no/new")),
        DISK_ONLY, at("no/new"), "no folder", state=OFF,
    ),
    Line(
        "a comma while off: the file is misplaced", 0,
        disks(disk("vda", "external", "{in}/a,b")), DISK_ONLY, at("a,b"), "comma off", state=OFF,
    ),
    # What goes on, or waits, meanwhile.
    Line("during a block job", 83, "", DISK_ONLY, {}, "block job", before=merging, name="s2"),
    Line("inside during a block job", 83, "", 0, INSIDE, "block job", before=merging, name="s2"),
    Line(
        "with checkpoints while off", 84, NEW, DISK_ONLY, {}, "checkpoints",
        before=with_checkpoint,
    ),
    Line(
        "inside with checkpoints while off", (84, 0), "", 0, INSIDE, ("checkpoints", ""),
        before=with_checkpoint,
    ),
    Line(
        "over saved RAM: it would wake in the frozen image", 0, NEW, DISK_ONLY, {}, "saved RAM",
        before=asleep,
    ),
)  # fmt: skip
"""All of them; those about a guest that answers are with the tests."""
