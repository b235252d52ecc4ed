"""What an administrator can wish for; each is answered by a plan or a refusal."""

from __future__ import annotations

from enum import Enum

from kvmtui.model.value import Value
from kvmtui.model.world import Ref
from kvmtui.plans.steps import After, Verb


class Create(Value):
    """Wish: take a snapshot."""

    ref: Ref
    name: str
    description: str = ""
    how: str = "external"
    """external (disks only), ram (external with RAM) or internal."""
    disks: tuple[str, ...] | None = None
    """Targets to include; None for those that are proposed."""
    quiesce: bool = False
    files: tuple[tuple[str, str], ...] = ()
    """(target, path): overlays with a place of their own; the others lie beside their disks."""
    memory_file: str = ""
    """Where the RAM goes; empty for beside the first overlay."""
    live: bool = False
    """The guest runs on while its RAM is saved to a file."""
    reuse: bool = False
    """The overlays exist already and are taken as they are."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The places that are asked for by name."""
        named = (*(path for _, path in self.files), self.memory_file)
        return tuple(path for path in named if path)


class Revert(Value):
    """Wish: go back to a snapshot."""

    ref: Ref
    snapshot: str
    after: After = After.RECORDED
    safety: bool = True
    """Take a snapshot of the present state first."""
    safety_ram: bool = False
    """Save its RAM too, into a file; internal snapshots always do."""
    ram: bool = True
    """Restore saved RAM too, when the snapshot has some."""
    drop_saved: bool = False
    """The saved RAM that waits for the next start may be removed."""
    moment: str = ""
    """When it was wished: makes a name new where nobody can see which are taken."""


class Delete(Value):
    """Wish: remove a snapshot, or only its record; others with it."""

    ref: Ref
    snapshot: str
    children: bool = False
    """All below it too."""
    metadata_only: bool = False
    itself: bool = True
    """False: only what is below it."""
    marked: tuple[str, ...] = ()
    """Other snapshots that go with it."""
    cancellable: bool = False
    """Merge by a commit, which can be cancelled and throttled, instead of libvirt's delete."""
    ram_file: bool = False
    """With only the record: remove its RAM file too, which nothing names any more then."""
    asleep: bool = False
    """With the domain off meanwhile; its RAM is put away, and it goes on afterwards."""


class Mend(Value):
    """Wish: correct the record of a snapshot whose layer was merged while nobody looked."""

    ref: Ref
    snapshot: str


class Merge(Value):
    """Wish: commit layers of a disk down into one of their bases."""

    ref: Ref
    disk: str
    base: str
    keep: bool = False
    """Leave the merged files where they are."""
    top: str = ""
    """The uppermost layer that is merged; empty for the active one."""
    others: bool = False
    """Also the layers of the same snapshots on their other disks."""
    limit: str | None = None
    """Bytes per second as they are typed (20M); empty for none, None for the host's default."""


class Pull(Value):
    """Wish: have the active layer take in what lies between it and a base, or all below it."""

    ref: Ref
    disk: str
    base: str = ""
    """What it stands on afterwards; empty for nothing."""
    limit: str | None = None
    """Bytes per second as they are typed (20M); empty for none, None for the host's default."""


class Move(Value):
    """Wish: copy a disk to a new file and have the domain go on in that."""

    ref: Ref
    disk: str
    file: str
    shallow: bool = False
    """Only the active layer; the new file stands on what that stands on."""
    tidy: bool = False
    """Remove the files that nobody needs afterwards."""
    limit: str | None = None
    """Bytes per second as they are typed (20M); empty for none, None for the host's default."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The place that is asked for by name."""
        return (self.file,)


class Switch(Value):
    """Wish: start, stop, pause or resume."""

    ref: Ref
    verb: Verb
    file: str = ""
    """Where RAM is saved to, or started from."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The place that is asked for by name."""
        return (self.file,) if self.file else ()


class Cancel(Value):
    """Wish: end the block job of a disk without its effect."""

    ref: Ref
    disk: str


class Finish(Value):
    """Wish: switch a disk over whose job waits for it."""

    ref: Ref
    disk: str


class Meanwhile(Enum):
    """What becomes of a guest that writes faster than a job copies."""

    LEAVE = "leave it as it is"
    THROTTLE = "throttle its writes until the job is ready"
    PAUSE = "pause it until the job is ready"
    RESUME = "let it run"
    FREE = "take its throttle away"


class Pace(Value):
    """Wish: change how fast the job of a disk goes, or how fast its guest writes."""

    ref: Ref
    disk: str
    limit: str = ""
    """Of the job in bytes per second, as it was typed."""
    guest: Meanwhile = Meanwhile.LEAVE
    writes: str = ""
    """Of the guest, likewise."""


class Edit(Value):
    """Wish: write down something else of a snapshot."""

    ref: Ref
    snapshot: str
    name: str
    description: str
    current: bool = False
    """Have libvirt take it for where the domain is."""


class Describe(Value):
    """Wish: another title or description of the domain."""

    ref: Ref
    title: str
    description: str


class FreezeGuest(Value):
    """Wish: have the guest agent freeze all file systems."""

    ref: Ref


class ThawGuest(Value):
    """Wish: have the guest agent thaw them."""

    ref: Ref


class Adopt(Value):
    """Wish: have libvirt record an internal snapshot that only the images know."""

    ref: Ref
    name: str
    description: str = ""


class Discard(Value):
    """Wish: delete an internal snapshot that only the images know."""

    ref: Ref
    name: str


class RemoveOrphan(Value):
    """Wish: remove an image, or saved RAM, that nothing refers to."""

    ref: Ref
    file: str


Wish = (
    Create
    | Revert
    | Delete
    | Mend
    | Merge
    | Pull
    | Move
    | Switch
    | Cancel
    | Finish
    | Pace
    | Edit
    | Describe
    | FreezeGuest
    | ThawGuest
    | Adopt
    | Discard
    | RemoveOrphan
)
