"""What the main screen looks at: the world, and where its cursors stand."""

from __future__ import annotations

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain
from kvmtui.model.job import Job
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.value import Value, field, replace
from kvmtui.model.world import Host, Ref, World
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject, find
from kvmtui.render.row import NOT_USED


class View(Value):
    """Panes draw it, commands act on it; equal views draw the same."""

    world: World = field(default_factory=World)
    pane: str = ""
    """id of the pane that has the focus."""
    ref: Ref | None = None
    """The selected domain."""
    snapshot: str | None = None
    """The selected snapshot; None for the present state."""
    marks: frozenset[tuple[Ref, str]] = frozenset()
    """The marked snapshots of all domains."""
    missed: frozenset[tuple[Ref, str]] = frozenset()
    """Those that were marked and are gone, until that was told."""
    inside: str | None = None
    """Name of the selected snapshot that only the images know."""
    disk: str | None = None
    """Target of the disk whose layer is selected."""
    layer: str | None = None
    """Source of the selected layer."""
    top: tuple[Ref, str, str] | None = None
    """The layer marked as the uppermost one of a commit: its domain, disk and source."""
    job: tuple[Ref, str] | None = None
    """The selected job: its domain and disk."""
    now: float = 0.0
    """Seconds since 1970, as old as the last redraw of ages."""

    @property
    def host(self) -> Host | None:
        """The host of the selected domain."""
        return self.world.host(self.ref.uri) if self.ref else None

    @property
    def domain(self) -> Domain | None:
        """The selected domain, while it exists."""
        found = self.world.find(self.ref)
        return found[1] if found else None

    @property
    def selected_snapshot(self) -> Snapshot | None:
        """The selected snapshot, while it exists."""
        domain = self.domain
        return domain.forest.get(self.snapshot) if domain and domain.forest else None

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked snapshots of the selected domain, while they exist."""
        forest = self.domain.forest if self.domain else None
        names = (snapshot.name for snapshot in forest.snapshots) if forest else ()
        return tuple(name for name in names if (self.ref, name) in self.marks)

    @property
    def marked_layer(self) -> str | None:
        """Source of the marked layer, while the selected disk has it."""
        disk = self.selected_disk
        if self.top is None or disk is None or self.top[:2] != (self.ref, disk.target):
            return None
        return self.top[2] if disk.position(self.top[2]) is not None else None

    def marking(self) -> View:
        """The selected snapshot or layer marked, or no longer."""
        if self.pane == "chain" and self.ref and self.disk and self.layer:
            top = (self.ref, self.disk, self.layer)
            return replace(self, top=None if self.top == top else top)
        if self.ref is None or self.selected_snapshot is None:
            return self
        return replace(self, marks=self.marks ^ {(self.ref, self.selected_snapshot.name)})

    def showing(self, world: World, now: float) -> View:
        """Another world under the same cursors; marks of snapshots that are gone go too."""
        marks = frozenset(mark for mark in self.marks if _may_be_there(world, *mark))
        missed = self.missed | (self.marks - marks)
        return replace(self, world=world, marks=marks, missed=missed, now=now)

    @property
    def missed_snapshots(self) -> tuple[str, ...]:
        """What was marked in the selected domain and is gone."""
        return tuple(sorted(name for ref, name in self.missed if ref == self.ref))

    @property
    def missed_layer(self) -> str | None:
        """Source of the marked layer, when the selected disk does not have it any more."""
        disk = self.selected_disk
        if self.top is None or disk is None or self.top[:2] != (self.ref, disk.target):
            return None
        return self.top[2] if disk.position(self.top[2]) is None else None

    @property
    def selected_disk(self) -> Disk | None:
        """The disk of the selected layer, else the first that can be written to."""
        config = self.domain.config if self.domain else None
        if config is None:
            return None
        chosen = config.disk(self.disk) if self.disk else None
        return chosen or next(iter(config.writable), None)

    @property
    def orphan(self) -> str | None:
        """The selected file that nothing refers to."""
        return self.layer if (self.pane, self.disk) == ("chain", NOT_USED) else None

    @property
    def selected_job(self) -> tuple[Ref, Job] | None:
        """The selected job, else the only one of the selected domain."""
        if self.job is not None:
            found = self.world.find(self.job[0])
            job = found[1].job(self.job[1]) if found else None
            if job is not None:
                return self.job[0], job
        jobs = self.domain.jobs if self.domain else ()
        return (self.ref, jobs[0]) if self.ref and jobs else None

    def subject(self, ref: Ref | None = None, *, while_busy: bool = False) -> Subject | Refusal:
        """The selected domain as something to plan with, or why it cannot be."""
        return find(self.world, ref or self.ref, while_busy=while_busy)


def _may_be_there(world: World, ref: Ref, name: str) -> bool:
    """Whether the snapshot exists, or cannot be told to have gone."""
    found = world.find(ref)
    return found is not None and (found[1].forest is None or found[1].forest.get(name) is not None)
