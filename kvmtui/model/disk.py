"""A domain's disks, and the chain of image files under each."""

from __future__ import annotations

from kvmtui.model.tuning import Tuning
from kvmtui.model.value import Value, field

NO_SPACE = "no space"
"""There was no room for what the guest has written; QEMU tries again when it is resumed."""

FAILED = "I/O error"
"""Reading or writing failed for another reason."""


class ImageSnapshot(Value):
    """An internal snapshot as the image itself records it (``qemu-img snapshot -l``)."""

    name: str
    size: int
    """Bytes of saved RAM; 0 for disks only."""
    created: int = 0
    """Seconds since 1970."""
    id: str = ""
    """QEMU's number of it within the image, which it also takes for a name."""


class Layer(Value, gc=False):
    """One image of a backing chain."""

    source: str
    """Path of the file or block device, or ``protocol:name`` of a network image."""
    kind: str = "file"
    """libvirt's disk type: file, block, network, volume, nvme, …"""
    format: str = ""
    """Image format (qcow2, raw, …); empty when nobody recorded it."""
    index: int | None = None
    """libvirt's number of the layer in a running domain (``vda[3]``)."""
    capacity: int | None = None
    """Virtual size in bytes."""
    used: int | None = None
    """Bytes that the image takes on its storage now."""
    free: int | None = None
    """Bytes free on the file system that holds it; None where nobody could look."""
    changed: float | None = None
    """When the file was written to last, in seconds since 1970; only of a domain that is off."""
    clock: str = ""
    """Whose time ``changed`` is: a file server's, or the machine's own (empty)."""
    missing: bool = False
    """The file is known not to be there."""
    unread: str = ""
    """Why nobody could look at what is there; empty where somebody did, or nobody tried."""
    encryption: str = ""
    """How the image is encrypted: luks or qcow; empty for not at all."""
    volume: str = ""
    """``pool:name`` where the definition names a volume; ``source`` is its path then."""
    snapshots: tuple[ImageSnapshot, ...] | None = None
    """Internal snapshots inside the image; None where it could not be read."""


class Mirror(Value, gc=False):
    """The ``<mirror>`` of a running active commit or copy."""

    job: str
    """``active-commit`` or ``copy``."""
    source: str
    ready: bool


class Disk(Value, gc=False):
    """A disk, CD-ROM or floppy drive of a domain."""

    target: str
    """The name in the domain: vda, sdb, …"""
    device: str = "disk"
    """disk, cdrom, floppy or lun."""
    readonly: bool = False
    shareable: bool = False
    transient: bool = False
    """What the guest writes to it is gone when the domain stops."""
    excluded: bool = False
    """Its definition says that snapshots leave it out, or that somebody sees to it by hand."""
    optional: bool = False
    """The domain starts without it where its file is missing (``startupPolicy``)."""
    layers: tuple[Layer, ...] = ()
    """The chain, active layer first; empty for a drive without a medium."""
    complete: bool = False
    """The chain is known down to its base (a shut-off domain records only a part)."""
    mirror: Mirror | None = None
    tuning: Tuning = field(default_factory=Tuning)
    """How fast the guest may use it now."""
    lasting: Tuning | None = None
    """The same from the next start on; None where that is not known to be another."""
    folder: frozenset[str] | None = None
    """Paths of all files beside the active layer; None where nobody could look."""
    pooled: bool = False
    """A storage pool tells of that folder: there may be things that are no images, too."""
    free: int | None = None
    """Bytes free on the file system or pool that holds the active layer."""
    stopped: str = ""
    """Why QEMU has paused the guest on this disk: ``NO_SPACE``, ``FAILED``; else empty."""

    @property
    def active(self) -> Layer | None:
        """The layer that the guest writes to; None for a drive without a medium."""
        return self.layers[0] if self.layers else None

    @property
    def writable(self) -> bool:
        """Whether a snapshot must deal with this disk (libvirt skips the others by itself)."""
        return bool(self.layers) and not self.readonly and self.device in ("disk", "lun")

    @property
    def throttled(self) -> bool:
        """Whether its writes are limited in another way than after the next start."""
        then = self.lasting or Tuning()
        return bool(self.tuning.writes) and self.tuning.writes != then.writes

    def position(self, source: str) -> int | None:
        """Where ``source`` stands in the chain, 0 being the active layer."""
        return next((n for n, layer in enumerate(self.layers) if layer.source == source), None)

    def between(self, top: str, base: str) -> tuple[Layer, ...]:
        """The layers from ``top`` down to ``base``, both included; none where they are not so."""
        first, last = self.position(top), self.position(base)
        if first is None or last is None or first >= last:
            return ()
        return self.layers[first : last + 1]
