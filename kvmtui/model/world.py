"""Everything that is known now: hosts, each with its domains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from kvmtui.model.domain import Domain
from kvmtui.model.folder import Folder
from kvmtui.model.place import Place
from kvmtui.model.value import Value, field, replace


class Ref(NamedTuple):
    """Names one domain among all hosts."""

    uri: str
    uuid: str


class Link(Enum):
    """How the connection to a host stands."""

    OPENING = "connecting"
    OPEN = "connected"
    LOST = "lost"


class Facts(Value):
    """What a host says of itself once it is connected."""

    uri: str = ""
    """The URI that libvirt settled on, which matters when none was given."""

    libvirt: int = 0
    """Version of the daemon's libvirt: 11003000 for 11.3.0."""
    hypervisor: str = ""
    """``QEMU``, ``TEST``, …"""
    name: str = ""
    """The host's own name."""
    external_revert: bool = False
    """Capability ``<externalSnapshot/>``: snapshots with files can be reverted (9.9 and later)."""
    local: bool = False
    """The host's files are this machine's."""
    barred: str = ""
    """Why libvirt lets this connection only look; empty where it was not told to, or may change."""
    pools: frozenset[str] = frozenset()
    """Folders of the active storage pools: libvirt can remove files there."""

    @property
    def has_block_jobs(self) -> bool:
        """libvirt's test driver knows no disk-only snapshots and no block jobs."""
        return self.hypervisor != "TEST"


class Host(Value):
    """One libvirt connection and its domains."""

    uri: str
    link: Link = Link.OPENING
    trouble: str = ""
    """Why it is not connected, and what would help."""
    since: float = 0.0
    """When the link came to stand as it does, in seconds since 1970."""
    silent: float = 0.0
    """Since when it owes an answer, in seconds since 1970; 0 while none is late."""
    facts: Facts = field(default_factory=Facts)
    readonly: bool = False
    """Nothing is to be changed, or can be."""
    domains: tuple[Domain, ...] = ()
    """Sorted by name."""
    places: tuple[Place, ...] = ()
    """What the last form that named paths is told of them."""
    folders: tuple[Folder, ...] = ()
    """What lies beside the disks of the domain that is looked at."""
    commit_bandwidth: int = 0
    """Default limit for merges in bytes per second; 0 for none."""
    order: Mapping[str, int] = field(default_factory=dict)
    """Where domains stand among ``domains``, by uuid: only a hint, so that none is searched for."""

    def __eq__(self, other: object) -> bool:
        """Whatever hints there are."""
        return isinstance(other, Host) and all(
            getattr(self, name) == getattr(other, name)
            for name in self.__struct_fields__
            if name != "order"
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    @property
    def label(self) -> str:
        """The URI as it is shown."""
        return self.facts.uri or self.uri or "the default host"

    def domain(self, uuid: str) -> Domain | None:
        """The domain with that uuid."""
        place = self._place(uuid)
        return self.domains[place] if place is not None else None

    def _place(self, uuid: str) -> int | None:
        hint = self.order.get(uuid, len(self.domains))
        if hint < len(self.domains) and self.domains[hint].uuid == uuid:
            return hint
        return next((n for n, domain in enumerate(self.domains) if domain.uuid == uuid), None)

    def place(self, path: str) -> Place | None:
        """What is known of a path; None while nobody looked."""
        return next((place for place in self.places if place.path == path), None)

    def with_domain(self, domain: Domain) -> Host:
        """This host with one domain replaced."""
        return self.with_domains((domain,))

    def with_domains(self, changed: Iterable[Domain]) -> Host:
        """This host with some domains replaced; the very same host when nothing differs."""
        domains: list[Domain] = []
        for domain in changed:
            place = self._place(domain.uuid)
            if place is not None and self.domains[place] != domain:
                domains = domains or list(self.domains)
                domains[place] = domain
        return replace(self, domains=tuple(domains)) if domains else self


class World(Value):
    """All hosts, in the order of the command line."""

    hosts: tuple[Host, ...] = ()

    @property
    def first(self) -> Ref | None:
        """The first domain, if there is any."""
        return next((Ref(host.uri, d.uuid) for host in self.hosts for d in host.domains), None)

    def host(self, uri: str) -> Host | None:
        """The host behind a URI."""
        return next((host for host in self.hosts if host.uri == uri), None)

    def find(self, ref: Ref | None) -> tuple[Host, Domain] | None:
        """The host and domain that ``ref`` names, while both exist."""
        host = self.host(ref.uri) if ref else None
        domain = host.domain(ref.uuid) if host and ref else None
        return (host, domain) if host and domain else None

    def with_host(self, host: Host) -> World:
        """This world with one host replaced; the very same world when nothing differs."""
        if self.host(host.uri) == host:
            return self
        return World(tuple(host if h.uri == host.uri else h for h in self.hosts))
