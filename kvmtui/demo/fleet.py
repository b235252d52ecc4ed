"""The demo's machines, once: what both the embedded and the test-driver host are made from."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from kvmtui.model.value import Value

MIB = 1 << 20
GIB = 1 << 30

ZONES = 16
"""Every written layer spreads its data over so many equal parts of the disk, so that a merge
moves evenly from 0 to 100 %."""

HOT_OFFSET = 100 * MIB
"""Where in each zone a layer's hot pages begin."""

HOT_PAGES = 1000
"""Hot pages in each zone: 4 KiB each, every 8 KiB, as a busy database leaves them."""

HOT_PAGE = 4096
HOT_STEP = 8192
HOT_PATTERN = 0xDB


class Power(Enum):
    """What a machine does once the fleet is complete."""

    RUNNING = "running"
    PAUSED = "paused"
    OFF = "shutoff"


class Kind(Enum):
    """How a snapshot was taken."""

    INTERNAL = "internal, machine off"
    INTERNAL_RAM = "internal with memory, machine running"
    DISK_ONLY = "external disks only, machine running"
    OVERLAY = "external disks, machine off"
    EXTERNAL_RAM = "external disks and memory, machine running"

    @property
    def external(self) -> bool:
        """Whether the snapshot begins a new file for each disk."""
        return self in (Kind.DISK_ONLY, Kind.OVERLAY, Kind.EXTERNAL_RAM)

    @property
    def running(self) -> bool:
        """Whether the machine runs while the snapshot is taken."""
        return self not in (Kind.INTERNAL, Kind.OVERLAY)


class Writing(Value):
    """Data in one layer of a disk: the byte ``pattern`` in every zone, and perhaps hot pages."""

    pattern: int
    offset: int
    """Bytes from the start of each zone."""
    length: int
    """Bytes in each zone."""
    hot: bool = False
    """Whether the scattered pages at `HOT_OFFSET` were rewritten in this layer too."""

    def extents(self, disk_size: int) -> Iterator[tuple[int, int]]:
        """Offset and length in bytes of each piece that holds the pattern."""
        for zone in range(ZONES):
            yield zone * (disk_size // ZONES) + self.offset, self.length


class Disk(Value):
    """A disk, or a CD-ROM drive without medium when ``size`` is 0."""

    target: str
    size: int
    """Virtual size in bytes."""
    format: str = "qcow2"
    bus: str = "virtio"
    writing: Writing | None = None
    """What the base image holds."""

    @property
    def cdrom(self) -> bool:
        """Whether this is a CD-ROM drive, which is always empty here."""
        return self.size == 0


class Snapshot(Value):
    """A snapshot; ``parent`` is None for a root."""

    name: str
    description: str
    days: float
    """Age."""
    kind: Kind
    parent: str | None = None
    writing: Writing | None = None
    """What was written to the first disk since."""


class Machine(Value):
    """A domain with its snapshots in the order of their making; the last one is the current."""

    name: str
    title: str
    description: str
    disks: tuple[Disk, ...]
    power: Power
    memory: int = 32
    """MiB."""
    agent: bool = False
    """Whether a guest agent channel is configured (no agent ever answers)."""
    snapshots: tuple[Snapshot, ...] = ()

    def overlays(self) -> tuple[Snapshot, ...]:
        """The snapshots that began a new file for each disk, oldest first."""
        return tuple(snapshot for snapshot in self.snapshots if snapshot.kind.external)


INTRANET = Machine(
    name="intranet-web",
    title="Intranet · nginx + PHP",
    description="Intranet và wiki nội bộ. Responsable: Lucía Ferrer (sistemas@levante.example)",
    disks=(Disk("vda", 20 * GIB, writing=Writing(0x21, 0, MIB // 4)),),
    power=Power.RUNNING,
    memory=48,
    agent=True,
    snapshots=(
        Snapshot("cài-đặt-xong", "Debian 12 sạch, đã cấu hình mạng", 212, Kind.INTERNAL),
        Snapshot(
            "base-endurecida",
            "CIS nivel 1 aplicado, auditoría pasada",
            187.4,
            Kind.INTERNAL,
            parent="cài-đặt-xong",
            writing=Writing(0x22, 2 * MIB, MIB // 8),
        ),
        Snapshot(
            "prueba-php8.2",
            "Rama de prueba: PHP 8.2 desde sury.org",
            61.2,
            Kind.INTERNAL,
            parent="base-endurecida",
            writing=Writing(0x23, 4 * MIB, MIB // 8),
        ),
        Snapshot(
            "php8.2-falla",
            "LDAP no responde con 8.2; guardado para Minh",
            60.9,
            Kind.INTERNAL_RAM,
            parent="prueba-php8.2",
        ),
        Snapshot(
            "snap-pre-upgrade",
            "Antes de apt full-upgrade",
            44.6,
            Kind.INTERNAL_RAM,
            parent="base-endurecida",
        ),
        Snapshot("instantanea1", "", 20.1, Kind.INTERNAL_RAM, parent="snap-pre-upgrade"),
        Snapshot(
            "truoc-nang-cap-wiki",
            "Trước khi nâng cấp DokuWiki",
            3.3,
            Kind.INTERNAL_RAM,
            parent="snap-pre-upgrade",
        ),
    ),
)

ERP = Machine(
    name="erp-db1",
    title="ERP · PostgreSQL 14",
    description="Base de datos del ERP (Valencia + Đà Nẵng). No apagar en horario de oficina.",
    disks=(Disk("vda", 4 * GIB, writing=Writing(0x10, 0, 4 * MIB)),),
    power=Power.RUNNING,
    memory=64,
    snapshots=(
        Snapshot(
            "snap-pre-upgrade",
            "Antes de apt full-upgrade",
            41.2,
            Kind.DISK_ONLY,
            writing=Writing(0x11, 8 * MIB, 2 * MIB, hot=True),
        ),
        Snapshot(
            "instantánea1",
            "Cierre de mes: antes de recalcular existencias",
            23.5,
            Kind.DISK_ONLY,
            parent="snap-pre-upgrade",
            writing=Writing(0x12, 16 * MIB, 4 * MIB, hot=True),
        ),
        Snapshot(
            "trước-nâng-cấp",
            "Trước khi nâng cấp ERP lên 17.2",
            9.1,
            Kind.DISK_ONLY,
            parent="instantánea1",
            writing=Writing(0x13, 32 * MIB, 6 * MIB, hot=True),
        ),
        Snapshot(
            "before-pg15",
            "Before pg_upgradecluster 14 main; dump is on files01",
            1.3,
            Kind.DISK_ONLY,
            parent="trước-nâng-cấp",
            writing=Writing(0x14, 64 * MIB, 10 * MIB),
        ),
    ),
)

MAIL = Machine(
    name="mail-gw",
    title="Pasarela de correo · Postfix",
    description="Antispam y relay. El agente está instalado pero no arranca [ticket #4127].",
    disks=(Disk("vda", 16 * GIB, writing=Writing(0x31, 0, MIB // 4)),),
    power=Power.RUNNING,
    agent=True,
    snapshots=(
        Snapshot(
            "antes-de-rspamd-3.8",
            "Con memoria: cola de correo en vuelo",
            6.7,
            Kind.EXTERNAL_RAM,
        ),
    ),
)

FILES = Machine(
    name="files01",
    title="Ficheros · Samba",
    description="Máy chủ tệp chi nhánh Đà Nẵng; apagada por mudanza del CPD hasta el lunes.",
    disks=(
        Disk("vda", 30 * GIB, writing=Writing(0x41, 0, MIB // 4)),
        Disk("vdb", 500 * GIB, writing=Writing(0x42, 0, MIB // 2)),
    ),
    power=Power.OFF,
    snapshots=(
        Snapshot("fin-de-año", "Copia fría de fin de ejercicio", 240.5, Kind.OVERLAY),
        Snapshot(
            "trước-khi-dời-kho",
            "Trước khi chuyển máy chủ sang phòng máy mới",
            2.2,
            Kind.OVERLAY,
            parent="fin-de-año",
            writing=Writing(0x43, 8 * MIB, MIB),
        ),
    ),
)

DC = Machine(
    name="dc-hanoi",
    title="Domain controller · Hà Nội",
    description="Paused by the night shift while the SAN path is checked; raw disk from the P2V.",
    disks=(
        Disk("vda", 8 * GIB, format="raw", writing=Writing(0x51, 0, MIB // 4)),
        Disk("hdc", 0, format="raw", bus="ide"),
    ),
    power=Power.PAUSED,
)

CI = Machine(
    name="build-ci",
    title="CI runner [bold]#2[/bold]",
    description="Se recrea desde plantilla; sin instantáneas.",
    disks=(Disk("vda", 60 * GIB),),
    power=Power.OFF,
)

FLEET: tuple[Machine, ...] = (INTRANET, MAIL, DC, ERP, FILES, CI)
"""In the order of their making: `ERP` is not first because its layers take a while to write."""
