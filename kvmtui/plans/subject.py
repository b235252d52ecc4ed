"""What a plan is made of: a domain that was read, on a host that can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import dirname

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Config, Domain
from kvmtui.model.silence import QEMU
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import Value
from kvmtui.model.world import Host, Link, Ref, World
from kvmtui.plans.plan import Refusal
from kvmtui.plans.same import of_each_domain


class Subject(Value):
    """One domain with its host, everything needed for planning read."""

    ref: Ref
    host: Host
    domain: Domain
    config: Config
    forest: Forest

    @property
    def name(self) -> str:
        return self.domain.name

    @property
    def libvirt(self) -> int:
        """The daemon's libvirt version, 11003000 for 11.3.0."""
        return self.host.facts.libvirt

    def files(self) -> Iterator[str]:
        """Every file that is known to be there, or that some domain or snapshot names."""
        listings = {place.beside for place in self.host.places}
        for domain in self.host.domains:
            for disk in domain.config.disks if domain.config else ():
                yield from (layer.source for layer in disk.layers)
                listings.add(disk.folder)  # most domains share one folder
            yield from named(domain)
        for listing in listings:
            yield from listing or ()

    def free(self, folder: str) -> int | None:
        """Bytes free in a folder; None where nobody looked."""
        looks = (place for place in self.host.places if dirname(place.path) == folder)
        told = [place.free for place in looks] + [disk.free for disk in self._disks_in(folder)]
        told += [layer.free for layer in self._layers_in(folder)]
        return next((free for free in told if free is not None), None)

    def sees(self, folder: str, *, pooled: bool = False) -> bool:
        """Whether all files of a folder are known; ``pooled``: or those that a pool tells of."""
        looked = (p for p in self.host.places if p.real and dirname(p.path) == folder)
        told = [place.beside for place in looked]
        told += [d.folder for d in self._disks_in(folder) if pooled or not d.pooled]
        return any(beside is not None for beside in told)

    def _disks_in(self, folder: str) -> Iterator[Disk]:
        for domain in self.host.domains:
            for disk in domain.config.disks if domain.config else ():
                active = disk.active
                if active and active.kind == "file" and dirname(active.source) == folder:
                    yield disk

    def _layers_in(self, folder: str) -> Iterator[Layer]:
        """Of this domain, also below its active ones."""
        for disk in self.config.disks:
            for layer in disk.layers:
                if layer.kind == "file" and dirname(layer.source) == folder:
                    yield layer

    def others_using(self, source: str, but: str = "") -> tuple[str, ...]:
        """Who else stands on ``source``: other domains, and disks of this one except ``but``."""
        others = (domain for domain in self.host.domains if domain.uuid != self.domain.uuid)
        using = [other.name for other in others if other.holds(source) or source in named(other)]
        using += [
            f"{disk.target} of {self.name}"
            for disk in self.config.disks
            if but and disk.target != but and disk.position(source) is not None
        ]
        return tuple(using)


@of_each_domain
def named(domain: Domain) -> frozenset[str]:
    """The files that the snapshots of a domain name, and what their images stand on."""
    files: set[str] = set()
    for snapshot in domain.forest.snapshots if domain.forest else ():
        files.update(snapshot.overlays, {snapshot.memory_file})
        for disk in snapshot.disks:
            files.update({disk.base}, disk.below or ())
    return frozenset(files - {""})


def known(host: Host, domain: Domain) -> Subject | None:
    """The domain to look at, whatever may be changed there; None while it was not read."""
    if domain.config is None or domain.forest is None:
        return None
    return Subject(Ref(host.uri, domain.uuid), host, domain, domain.config, domain.forest)


def find(world: World, ref: Ref | None, *, while_busy: bool = False) -> Subject | Refusal:
    """The subject that ``ref`` names, or why nothing can be changed there now.

    ``while_busy``: also while another plan works on it, as ending that plan's job needs, or
    while its QEMU does not answer.
    """
    found = world.find(ref)
    if ref is None or found is None:
        return Refusal("no domain", "no domain is selected")
    host, domain = found
    if host.link is not Link.OPEN:
        return Refusal("link", f"{host.label} is not connected", "F5 tries again")
    if host.readonly:
        return Refusal("read-only", "this connection is read-only", host.facts.barred)
    if domain.config is None or domain.forest is None:
        why = domain.trouble or "it has not been read yet"
        return Refusal("unread", f"{domain.name}: {why}", "F5 reads it again")
    taken = engaged(domain) if not while_busy else None
    return taken or Subject(ref, host, domain, domain.config, domain.forest)


def engaged(domain: Domain) -> Refusal | None:
    """Whether the domain has time for another plan."""
    if domain.busy:
        return Refusal("busy", f"{domain.name} is busy: {domain.busy}", "wait for it to end")
    if domain.silence is not None and domain.silence.whose == QEMU:
        return Refusal("silent", f"{domain.name}: QEMU does not answer", "o can force it off")
    return None
