"""The budgets: what is measured for each, the limit, and what others need for the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.bench import LARGE, MANY, SMALL, sized
from tests.bench.figures import Figures

S, L = sized(SMALL), sized(LARGE)


@dataclass(frozen=True)
class Budget:
    """One line of the table. A figure that is None was not measured."""

    says: str
    figure: float | None
    limit: float
    unit: str = "ms"
    absolute: float | None = None
    """The same in milliseconds, where the figure is a multiple; so are those of others."""
    bare: float | None = None
    virsh: float | None = None
    htop: float | None = None

    @property
    def met(self) -> bool | None:
        """None when it was not measured."""
        return None if self.figure is None else self.figure <= self.limit

    @property
    def unit_of_others(self) -> str:
        return "ms" if self.unit == "x" else self.unit


def budgets(figures: Figures) -> Iterator[Budget]:
    """All of them, in the order of the table."""
    yield from _start(figures)
    yield from _calls(figures)
    yield from _keys(figures)


def _start(f: Figures) -> Iterator[Budget]:
    for size in (S, L):
        bare = f"start/{size}/bare"
        for domains, most in ((1, 1.35), (MANY, 1.6)):
            own = f"start/{domains}/{size}/kvmtui"
            yield Budget(
                f"start, {domains} x 10 snapshots, {size}: a multiple of bare Textual",
                f.ratio(own, bare),
                most,
                "x",
                f.median(own),
                f.median(bare),
                f.median(f"start/virsh-list/{domains}"),
                f.median("start/80x24/htop") if size == S else None,
            )
        many, few = (f"start/{domains}/{size}/kvmtui" for domains in (MANY, 10))
        yield Budget(
            f"start, {MANY} domains, {size}: a multiple of 10", f.ratio(many, few), 1.25, "x"
        )
    for size in (S, L):
        cells = SMALL[0] * SMALL[1] if size == S else LARGE[0] * LARGE[1]
        for plain in ("", "/plain"):
            name = f"{MANY}/{size}/kvmtui{plain}"
            words = f"{size}{', no COLORTERM' if plain else ''}"
            own, bare, htop = (
                None if painted is None else painted / cells
                for painted in (
                    f.median(f"paint/{name}"),
                    f.median(f"paint/{size}/bare{plain}"),
                    f.median(f"paint/{size}/htop{plain}"),
                )
            )
            yield Budget(f"first paint, {words}: bytes a cell", own, 7, "B", bare=bare, htop=htop)
            yield Budget(f"first paint, {words}: frames", f.median(f"frames/{name}"), 2, "")


def _calls(f: Figures) -> Iterator[Budget]:
    for domains in (10, MANY):
        yield Budget(
            f"calls until the screen, {domains} domains", f.median(f"calls/{domains}/start"), 20, ""
        )
    yield Budget(
        "names, kinds, current marks of 10,000 snapshots", f.median(f"loaded/{MANY}/names"), 500
    )
    yield Budget("all their fields", f.median(f"loaded/{MANY}/fields"), 1500)
    near = f.median("far/0")
    for trip in (20, 100):
        far = f.median(f"far/{trip}")
        more = far - near if far is not None and near is not None else None
        yield Budget(
            f"domains on screen at {trip} ms: round trips more",
            more / trip if more is not None else None,
            8,
            "",
        )


KEYS = (
    ("list", "cursor in a list", 8, 200),
    ("snapshots", "cursor among snapshots, details follow", 16, 1000),
    ("chain", "cursor among layers, details follow", 16, 1000),
    ("follow", "cursor among domains, every pane follows", 16, 1000),
    ("pane", "change of pane", 40, 5000),
)


def _keys(f: Figures) -> Iterator[Budget]:
    for size in (S, L):
        for name, says, most, bytes_ in KEYS:
            key = f"key/{size}/{name}"
            yield Budget(f"{says}, {size}: p95", f.late(f"{key}/last"), most)
            plain = f.late(f"key/{size}/plain/{name}/last")
            yield Budget(f"{says}, {size}, no COLORTERM: p95", plain, most)
            if size == S or name != "pane":
                for colours, words in (("", ""), ("/plain", ", no COLORTERM")):
                    of = f"key/{size}{colours}/{name}/bytes"
                    yield Budget(f"{says}, {size}{words}", f.late(of), bytes_, "B")
        yield Budget(f"Escape, {size}: p95", f.late(f"key/{size}/escape/last"), 30)
        yield Budget(f"key held at 30/s, {size}: after the last", f.most(f"key/{size}/held"), 30)
        yield Budget(f"mouse motion, {size}", f.most(f"key/{size}/mouse"), 0, "B")
    yield Budget("cursor while all is read: p95", f.late("key/loading"), 16)
