"""One libvirt connection, used by one thread: what can be read of a host."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import libvirt

from kvmtui.host import places
from kvmtui.host.base import HostError, Lost
from kvmtui.host.meter import Size
from kvmtui.host.virt import (
    events,
    facts,
    growing,
    outlining,
    pools,
    reading,
    resting,
    saved,
    sizes,
)
from kvmtui.host.virt.agent import ask, is_frozen
from kvmtui.host.virt.errors import translated
from kvmtui.host.virt.touched import Touched
from kvmtui.host.virt.volumes import Volumes
from kvmtui.model.disk import Disk
from kvmtui.model.domain import Config, Domain
from kvmtui.model.folder import Folder
from kvmtui.model.guest import Guest
from kvmtui.model.job import Job
from kvmtui.model.outline import Outline
from kvmtui.model.place import Place
from kvmtui.model.snapshot import Forest
from kvmtui.model.sorting import natural
from kvmtui.model.world import Facts

if TYPE_CHECKING:
    from kvmtui.model.comparison import Comparison
    from kvmtui.plans.steps import Step


class Connection:
    """Blocking calls that return values; every libvirt error is raised as a ``HostError``."""

    def __init__(
        self, handle: Any, *, readonly: bool = False, barred: str = "", shared: bool = False
    ) -> None:
        self.handle = handle
        self.readonly = readonly
        self._barred = barred
        self._shared = shared
        self._domains: dict[str, Any] = {}
        self._volumes = Volumes(handle)
        self._touched = Touched(handle)

    @property
    def lives(self) -> bool:
        """Whether it is not known to be lost; asks nobody."""
        try:
            return bool(self.handle.isAlive())
        except libvirt.libvirtError:
            return False

    def close(self) -> None:
        """Drops the connection; one that several lanes share stays."""
        self._domains.clear()
        self._volumes = Volumes(self.handle)
        if not self._shared:
            with suppress(libvirt.libvirtError):
                self.handle.close()

    def lend(self, use: Callable[[Any], object]) -> None:
        """Calls ``use`` with libvirt's own connection, and raises its errors as ``HostError``."""
        with translated():
            use(self.handle)

    def facts(self) -> Facts:
        """Versions and capabilities of the host."""
        with translated():
            return facts.read(self.handle, readonly=self.readonly, barred=self._barred)

    def greet(self) -> None:
        """Asks the daemon for next to nothing, to hear whether it answers."""
        with translated():
            self.handle.getLibVersion()

    def follow(self, report: events.Report) -> None:
        """Has every event reported, from libvirt's event thread."""
        events.register(self.handle, report)

    def domains(self) -> tuple[Domain, ...]:
        """All domains with their states, in one call (``virConnectGetAllDomainStats``)."""
        with translated():
            found = reading.domains(self.handle)
            self._domains = {uuid: handle for uuid, (handle, _stats) in found.items()}
            return tuple(reading.row(handle, stats) for handle, stats in found.values())

    def leading(self) -> tuple[str, Forest] | None:
        """The uuid of the first domain by name of those just listed, and its snapshots."""
        places = {(natural(each.name()), uuid) for uuid, each in self._domains.items()}
        if not places:
            return None
        _name, uuid = min(places)
        return uuid, self.forest(uuid)

    def _domain(self, uuid: str) -> Any:
        if uuid not in self._domains:
            self._domains[uuid] = self.handle.lookupByUUIDString(uuid)
        return self._domains[uuid]

    def renew(self) -> None:
        """What is read of images from here on must not be older than this call."""
        self._volumes.renew()

    def config(self, uuid: str, *, ask_qemu: bool = True) -> Config:
        """Definition, chains and sizes; ``ask_qemu`` must be False while a block job runs."""
        with translated():
            return reading.config(self._volumes, self._domain(uuid), ask_qemu=ask_qemu)

    def forest(self, uuid: str) -> Forest:
        """All snapshots with their records, one call each."""
        with translated():
            return reading.forest(self._volumes, self._domain(uuid))

    def definition(self, uuid: str, *, next_start: bool) -> str:
        """The domain's XML without secrets, as it runs or as it would start."""
        with translated():
            return reading.definition(self._domain(uuid), next_start=next_start)

    def record(self, uuid: str, snapshot: str) -> str:
        """A snapshot's XML without secrets."""
        with translated():
            return reading.record(self._domain(uuid), snapshot)

    def changes(
        self, uuid: str, snapshot: str, chains: Mapping[str, Collection[str]]
    ) -> Comparison:
        """What changed in the definition since a snapshot; ``chains``: files by target, now."""
        from kvmtui.model.comparison import compare

        with translated():
            domain = self._domain(uuid)
            now = reading.definition(domain, next_start=True)
            return compare(reading.record(domain, snapshot), now, chains)

    def outlines(
        self,
        uuids: Iterable[str],
        *,
        whole: bool,
        found: dict[str, Outline | None],
        on: Callable[[], bool] = lambda: True,
    ) -> None:
        """The snapshots of many domains in few words; None of those that cannot be read.

        Fills ``found`` one after another, so that it can be used while one is waited for.
        ``whole``: with what their records tell. ``on``: whether to go on to the next one.
        """
        read = outlining.whole if whole else outlining.sketch
        if not self._domains:
            self.domains()  # one call, instead of one for each
        for uuid in uuids:
            if not on():
                return
            found[uuid] = None
            try:
                with translated():
                    found[uuid] = read(self._domain(uuid))
            except Lost:
                raise
            except HostError:
                continue  # whoever looks at it is told

    def names(self, uuid: str) -> tuple[frozenset[str], str | None]:
        """The names of all snapshots and of the current one, in two calls."""
        with translated():
            return reading.names(self._domain(uuid))

    def touched(self, recorded: Collection[str]) -> frozenset[str] | None:
        """Names of domains whose records of snapshots were written since the last time.

        Asks nobody. None where that cannot be seen; ``recorded``: domains known to have records.
        """
        with translated():
            return self._touched.names(recorded)

    def jobs(
        self, uuid: str, targets: tuple[str, ...], ready: frozenset[str] = frozenset()
    ) -> tuple[Job, ...]:
        """The block jobs of these disks; ``ready``: those whose job is known to be READY."""
        with translated():
            return reading.jobs(self._domain(uuid), targets, ready)

    def grown(self, uuid: str, disks: tuple[Disk, ...]) -> tuple[Size, ...]:
        """How much the active layers of these disks hold, in one call that waits for nobody."""
        with translated():
            return growing.measured(self.handle, self._domain(uuid), disks)

    def memory_job(self, uuid: str) -> Job | None:
        """The job that saves RAM, while an external snapshot with RAM is taken."""
        with translated():
            return reading.memory_job(self._domain(uuid))

    def guest(self, uuid: str) -> Guest:
        """What the guest agent says; blocks for its timeouts when it is silent."""
        with translated():
            return ask(self._domain(uuid))

    def places(self, paths: tuple[str, ...]) -> tuple[Place, ...]:
        """These paths and what is around them, as far as this host can be looked at."""
        with translated():
            local = sizes.is_local(self.handle)
            looked = (
                places.looked_at(path) if local else pools.place(self.handle, path)
                for path in paths
            )
            return tuple(saved.opened(self.handle, place) for place in looked)

    def folders(self, paths: tuple[str, ...], names: frozenset[str]) -> tuple[Folder, ...]:
        """What lies in folders, where they are this machine's; see ``folders.looked_into``."""
        from kvmtui.host import folders

        with translated():
            local = sizes.is_local(self.handle)
            return folders.looked_into(paths, names) if local else ()

    def is_frozen(self, uuid: str) -> bool:
        """Whether the guest agent says that it has frozen the file systems; one short call."""
        with translated():
            return is_frozen(self._domain(uuid))

    def occupied(self, uuid: str, *, amid_job: bool = False) -> float:
        """Seconds for which QEMU owes an answer; blocks until it answers, if nobody else waits.

        ``amid_job``: also if libvirt does, whose job saves RAM or merges layers.
        """
        with translated():
            return resting.occupied(self._domain(uuid), amid_job=amid_job)

    def settle(self, uuid: str) -> None:
        """Blocks until libvirt works on the domain no more."""
        with translated():
            resting.settle(self._domain(uuid))

    def perform(self, uuid: str, step: Step) -> None:
        """One step of a plan; blocks until libvirt is done with it."""
        from kvmtui.host.virt import acting

        with translated():
            acting.perform(self._domain(uuid), step)
