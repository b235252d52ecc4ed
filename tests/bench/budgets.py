"""All budgets, in the order of the table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.bench.bench import LARGE, MANY, SMALL, sized
from tests.bench.budget import Budget
from tests.bench.figures import Figures
from tests.bench.growth import NUMBERS

S, L = sized(SMALL), sized(LARGE)

SNAPSHOTS = 10
"""Of each domain."""

KEYS = (
    ("list", "cursor in a list", 8, 200),
    ("snapshots", "cursor among snapshots, details follow", 16, 1000),
    ("chain", "cursor among layers, details follow", 16, 1000),
    ("follow", "cursor among domains, every pane follows", 16, 1000),
    ("pane", "change of pane", 40, 5000),
)

FLAT = 1.25
"""What a key may need more with a hundred times as many domains: as much as two runs differ."""


def budgets(f: Figures) -> Iterator[Budget]:
    """Those that were measured, and those that were not."""
    yield from _start(f)
    yield from _paint(f)
    yield from _calls(f)
    yield from _shown(f)
    for size in (S, L):
        yield from _keys(f, size)
    yield from _trouble(f)
    yield from _jobs(f)
    yield from _idle(f)
    yield from _memory(f)
    yield from _growth(f)
    for name in (name for name in f if name.startswith("failed/")):
        yield Budget(f"{name.removeprefix('failed/')}: waited in vain", f.most(name), 0, "")


def _start(f: Figures) -> Iterator[Budget]:
    for size in (S, L):
        bare = f"start/{size}/bare"
        for domains, most in ((1, 1.35), (MANY, 1.6)):
            own = f"start/{domains}/{size}/kvmtui"
            yield Budget(
                f"start, {domains} x {SNAPSHOTS} snapshots, {size}: a multiple of bare Textual",
                f.ratio(own, bare),
                most,
                "x",
                absolute=f.median(own),
                unit_of_others="ms",
                bare=f.median(bare),
                virsh=f.median(f"start/virsh-list/{domains}"),
                htop=f.median(f"start/{size}/htop"),
            )
        many, few = (f"start/{domains}/{size}/kvmtui" for domains in (MANY, 10))
        says = f"start, {MANY} x {SNAPSHOTS}, {size}: a multiple of 10 x {SNAPSHOTS}"
        yield Budget(says, f.ratio(many, few), 1.25, "x")


def _paint(f: Figures) -> Iterator[Budget]:
    for size in (SMALL, LARGE):
        cells = size[0] * size[1]
        name = f"{MANY}/{sized(size)}/kvmtui"
        own, plain, bare, htop = (
            painted / cells if (painted := f.median(f"paint/{each}")) is not None else None
            for each in (name, f"{name}/plain", f"{sized(size)}/bare", f"{sized(size)}/htop")
        )
        says = f"first paint, {sized(size)}"
        yield Budget(f"{says}: a cell", own, 7, "B", plain, bare=bare, htop=htop)
        frames, plain = f.median(f"frames/{name}"), f.median(f"frames/{name}/plain")
        yield Budget(f"{says}: frames", frames, 2, "", plain)


def _calls(f: Figures) -> Iterator[Budget]:
    for domains in (10, MANY):
        calls = f.median(f"calls/{domains}/start")
        virsh = f.median(f"calls/{domains}/virsh")
        says = f"calls until the screen, {domains} domains"
        yield Budget(says, calls, 10 + SNAPSHOTS, "", virsh=virsh)
    every = f"{MANY * SNAPSHOTS:,} snapshots"
    names, fields = (f.median(f"loaded/{MANY}/{name}") for name in ("names", "fields"))
    yield Budget(f"names, kinds, current marks of {every} after the first frame", names, 500)
    yield Budget(f"all fields of {every} after the first frame", fields, 1500)
    near = f.median("far/0")
    for trip in (20, 100):
        far = f.median(f"far/{trip}")
        trips = None
        if far is not None and near is not None:
            trips = max((far - near) / trip, 0)  # less than nothing is noise
        yield Budget(f"domains on screen, {trip} ms away: round trips", trips, 8, "")


def _shown(f: Figures) -> Iterator[Budget]:
    for snapshots, most in ((10, 25), (100, 60)):
        says = f"{snapshots} snapshots of another domain on screen"
        name = f"shown/{snapshots}"
        virsh = f.median("start/virsh-snapshots") if snapshots == SNAPSHOTS else None
        fresh = f.median(f"{name}/fresh")
        yield Budget(f"{says}, not read before: median", fresh, most, virsh=virsh)
        yield Budget(f"{says}: p95", f.late(f"{name}/known"), most)


def _keys(f: Figures, size: str) -> Iterator[Budget]:
    for name, says, most, size_ in KEYS:
        own, plain = f"key/{size}/{name}", f"key/{size}/plain/{name}"
        says = f"{says}, {size}: p95"
        htop = f"key/{size}/htop" if name == "list" else ""
        took = f.late(f"{own}/last"), most, "ms", f.late(f"{plain}/last")
        yield Budget(says, *took, htop=f.late(f"{htop}/last"))
        if size == S or name != "pane":
            wrote = f.late(f"{own}/bytes"), size_, "B", f.late(f"{plain}/bytes")
            yield Budget(says, *wrote, htop=f.late(f"{htop}/bytes"))
    yield Budget(f"Escape, {size}: p95", f.late(f"key/{size}/escape/last"), 30)
    held = f.most(f"key/{size}/held")
    yield Budget(f"key held at 30/s, {size}: after the last one", held, 30)
    yield Budget(f"mouse that moves, {size}", f.most(f"key/{size}/mouse"), 0, "B")


def _trouble(f: Figures) -> Iterator[Budget]:
    reading, stopped = "key/loading", "key/stopped"
    yield Budget("cursor among domains while all is read: p95", f.late(reading), 16)
    yield Budget("the slowest of those", f.most(reading), 20)
    yield Budget("cursor among domains, libvirtd stopped: p95", f.late(stopped), 16)
    yield Budget("the slowest of those", f.most(stopped), 20)
    for name, says in (("kvmtui", "q until it is gone"), ("hanging", "the same, libvirtd stopped")):
        own, bare, htop = (f.median(f"quit/{each}") for each in (name, "bare", "htop"))
        yield Budget(f"{says}: median", own, 50, bare=bare, htop=htop)
        yield Budget("terminals not as they were", f.most(f"quit/{name}/left"), 0, "")


def _jobs(f: Figures) -> Iterator[Budget]:
    one, four = "jobs/1", "jobs/4"
    yield Budget("a running job: an update", f.median(f"{one}/bytes-an-update"), 250, "B")
    yield Budget("a running job: updates a second", f.median(f"{one}/updates-a-second"), 4, "")
    yield Budget("four running jobs: a second", f.median(f"{four}/bytes-a-second"), 2000, "B")


def _idle(f: Figures) -> Iterator[Budget]:
    names = ("kvmtui", "bare", "htop")
    own, bare, htop = (f.median(f"idle/{name}/bytes") for name in names)
    yield Budget("nothing happens: a minute", own, 0, "B", bare=bare, htop=htop)
    own, bare, htop = (f.median(f"idle/{name}/processor") for name in names)
    yield Budget("nothing happens: of a core", own, 0.3, "%", bare=bare, htop=htop)
    for domains in (10, MANY):
        calls = f.median(f"idle/{domains}/calls")
        yield Budget(f"nothing happens, {domains} domains: calls a minute", calls, 30, "")


def _memory(f: Figures) -> Iterator[Budget]:
    for size in (S, L):
        many, few = (f"memory/{domains}/{size}/kvmtui" for domains in (MANY, 10))
        bare = f"memory/{size}/bare"
        yield Budget(
            f"memory, {MANY} x {SNAPSHOTS}, {size}: a multiple of bare Textual",
            f.ratio(many, bare),
            1.45,
            "x",
            absolute=f.median(many),
            unit_of_others="MiB",
            bare=f.median(bare),
            htop=f.median(f"memory/{size}/htop"),
        )
        more, less = f.median(many), f.median(few)
        each = (more - less) * 1024 / ((MANY - 10) * SNAPSHOTS) if more and less else None
        yield Budget(f"memory for a snapshot, {size}", each, 1, "KiB")


def _growth(f: Figures) -> Iterator[Budget]:
    for what, unit in (("start", "ms"), ("refresh", "ms"), ("memory", "MiB")):
        for few, many in pairwise(NUMBERS):
            less, more = f"growth/{few}/{what}", f"growth/{many}/{what}"
            says = f"{what} with {many} domains: a multiple of {few}"
            absolute = f.median(more)
            ratio = f.ratio(more, less)
            yield Budget(says, ratio, many / few, "x", absolute=absolute, unit_of_others=unit)
    for many in NUMBERS[1:]:
        key = f"growth/{many}/key"
        says = f"key with {many} domains: a multiple of {NUMBERS[0]}"
        ratio = f.ratio(key, f"growth/{NUMBERS[0]}/key")
        yield Budget(says, ratio, FLAT, "x", absolute=f.median(key), unit_of_others="ms")
