"""What a definition says of a machine, in the few words that tell it from an older one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from os.path import basename

from lxml import etree

from kvmtui.model.value import Value
from kvmtui.model.xml import amount, attribute, number, source_of, text

REMOVABLE = ("cdrom", "floppy")
"""Devices whose medium can be another one while the drive is the same."""

_DEVICES = (
    "filesystem", "graphics", "hostdev", "rng", "shmem", "sound", "tpm", "video", "vsock",
    "watchdog",
)  # fmt: skip
"""Devices besides drives, cards and channels that a guest would miss."""


class Drive(Value, gc=False):
    """A disk or a drive with its bus."""

    target: str
    device: str = "disk"
    bus: str = ""
    medium: str = ""
    """What a removable drive holds; empty for disks, whose file changes with every snapshot."""


class Card(Value, gc=False):
    """A network card and what it is plugged into."""

    mac: str
    network: str = ""
    """``network default``, ``bridge br0``, …"""


class Definition(Value, gc=False):
    """The parts of a ``<domain>`` that an administrator would miss; small, for every snapshot."""

    memory: int = 0
    """Bytes of RAM."""
    vcpus: int = 0
    machine: str = ""
    firmware: str = "BIOS"
    cpu: str = ""
    drives: tuple[Drive, ...] = ()
    cards: tuple[Card, ...] = ()
    others: tuple[str, ...] = ()
    """Further devices, each in a word or two, as often as they are there."""


def read(domain: etree._Element) -> Definition:
    """What a ``<domain>`` element says."""
    vcpu = attribute(domain, "vcpu", "current") or text(domain, "vcpu")
    uefi = attribute(domain, "os", "firmware") == "efi"
    uefi = uefi or attribute(domain, "os/loader", "type") == "pflash"
    return Definition(
        memory=amount(domain, "memory"),
        vcpus=number(vcpu),
        machine=attribute(domain, "os/type", "machine"),
        firmware="UEFI" if uefi else "BIOS",
        cpu=text(domain, "cpu/model") or attribute(domain, "cpu", "mode"),
        drives=tuple(map(_drive, domain.iterfind("devices/disk"))),
        cards=tuple(map(_card, domain.iterfind("devices/interface"))),
        others=tuple(sorted(_others(domain))),
    )


def _drive(node: etree._Element) -> Drive:
    device = node.get("device", "disk")
    return Drive(
        target=attribute(node, "target", "dev"),
        device=device,
        bus=attribute(node, "target", "bus"),
        medium=source_of(node.find("source")) if device in REMOVABLE else "",
    )


def _card(node: etree._Element) -> Card:
    kinds = ("network", "bridge", "dev", "path")
    named = ((kind, attribute(node, "source", kind)) for kind in kinds)
    plugged = next((f"{kind} {name}" for kind, name in named if name), node.get("type", ""))
    return Card(attribute(node, "mac", "address"), plugged)


def _others(domain: etree._Element) -> Iterator[str]:
    for tag in _DEVICES:
        for node in domain.iterfind(f"devices/{tag}"):
            yield f"{tag} {_which(node)}".strip()
    for node in domain.iterfind("devices/channel/target"):
        if node.get("name"):
            yield f"channel {node.get('name')}"


def _which(node: etree._Element) -> str:
    """What tells a device from another of its tag."""
    if node.tag == "hostdev":
        parts = (str(value) for part in node.iterfind("source/*") for value in part.values())
        return f"{node.get('type', '')} {':'.join(part.removeprefix('0x') for part in parts)}"
    if node.tag == "filesystem":
        return attribute(node, "target", "dir")
    return node.get("model") or attribute(node, "model", "type") or node.get("type") or ""


def differences(then: Definition, now: Definition) -> tuple[str, ...]:
    """What an administrator would miss, each in one phrase; empty when nothing."""
    return (
        *_plain(then, now),
        *_drives(then, now),
        *_cards(then, now),
        *_counted(then.others, now.others),
    )


def _plain(then: Definition, now: Definition) -> Iterator[str]:
    if then.vcpus != now.vcpus:
        yield f"{then.vcpus} vCPU{'' if then.vcpus == 1 else 's'} then, {now.vcpus} now"
    if then.memory != now.memory:
        yield f"{_ram(then.memory)} RAM then, {_ram(now.memory)} now"
    if then.firmware != now.firmware:
        yield f"{then.firmware} then, {now.firmware} now"
    for word, before, after in (("machine", then.machine, now.machine), ("CPU", then.cpu, now.cpu)):
        if before != after:
            yield f"{word} {before or 'of no kind'} then, {after or 'of no kind'} now"


def _ram(count: int) -> str:
    """Bytes as they were typed once: no rounding may hide a difference."""
    unit, name = (2**30, "GiB") if count % 2**30 == 0 else (2**20, "MiB")
    return f"{count / unit:g} {name}"


def _drives(then: Definition, now: Definition) -> Iterator[str]:
    before = {drive.target: drive for drive in then.drives}
    after = {drive.target: drive for drive in now.drives}
    yield from (
        f"{_named(drive)} attached since" for drive in now.drives if drive.target not in before
    )
    yield from (f"{_named(drive)} gone since" for drive in then.drives if drive.target not in after)
    for target in before:
        if target in after:
            yield from _drive_differs(before[target], after[target])


def _named(drive: Drive) -> str:
    return f"{drive.device} {drive.target}" if drive.device in REMOVABLE else drive.target


def _drive_differs(then: Drive, now: Drive) -> Iterator[str]:
    if (then.device, then.bus) != (now.device, now.bus):
        yield f"{then.target} was a {then.bus} {then.device} then, is a {now.bus} {now.device} now"
    if then.medium != now.medium:
        held, holds = basename(then.medium) or "nothing", basename(now.medium) or "nothing"
        yield f"{then.target} held {held} then, holds {holds} now"


def _cards(then: Definition, now: Definition) -> Iterator[str]:
    before = {card.mac: card.network for card in then.cards}
    after = {card.mac: card.network for card in now.cards}
    yield from (f"network card {mac} added since" for mac in after if mac not in before)
    yield from (f"network card {mac} gone since" for mac in before if mac not in after)
    for mac, network in before.items():
        if mac in after and after[mac] != network:
            yield f"network card {mac} on {network} then, on {after[mac]} now"


def _counted(then: tuple[str, ...], now: tuple[str, ...]) -> Iterator[str]:
    before, after = Counter(then), Counter(now)
    for device in sorted(before | after):
        more = after[device] - before[device]
        if more:
            many = f"{abs(more)} × " if abs(more) > 1 else ""
            yield f"{many}{device} {'added' if more > 0 else 'gone'} since"
