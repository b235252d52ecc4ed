"""Asking the guest agent, with short timeouts: a connected channel proves nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import libvirt
import libvirt_qemu

from kvmtui.host.base import Denied, Gone, Lost
from kvmtui.host.virt.errors import sort
from kvmtui.model.guest import Answer, FileSystem, Guest

PING = 2
"""Seconds that the agent has for its first answer."""
PATIENCE = 5
"""Seconds for every further answer."""
FREEZE = 60
"""Seconds for a freeze: before it, the guest writes out all that it holds back."""
LOOK = 0.25
"""Seconds between two looks for an agent that is waited for."""
AWAY = (86, 97, 112)
"""AGENT_UNRESPONSIVE, AGENT_UNSYNCED and AGENT_COMMAND_TIMEOUT: nobody has answered."""
FROZEN, THAWED = "frozen", "thawed"
"""What ``guest-fsfreeze-status`` answers."""
LONGEST = 1024
"""Characters of a name that a guest tells."""
_ADDRESSES = 64
"""VIR_DOMAIN_GUEST_INFO_INTERFACES"""


def ask(domain: Any) -> Guest:
    """One reading; blocks for at most about ``PING`` seconds when the agent is silent."""
    try:
        _command(domain, "guest-ping", PING)
        status, unable = _told(domain, "guest-fsfreeze-status")
        version, _ = _told(domain, "guest-info")
    except libvirt.libvirtError as error:
        sorted_ = sort(error)
        denied = isinstance(sorted_, Denied)
        return Guest(Answer.DENIED if denied else Answer.SILENT, trouble=str(sorted_))
    if not unable and status not in (FROZEN, THAWED):
        return Guest(Answer.SILENT, trouble="its answers make no sense")
    frozen = status == FROZEN
    facts = {} if frozen else _facts(domain)
    return Guest(
        Answer.ANSWERING,
        frozen=frozen,
        version=_text(version, "version"),
        hostname=_text(facts, "hostname"),
        os=_text(facts, "os.pretty-name"),
        addresses=tuple(_addresses(facts)),
        filesystems=tuple(_filesystem(facts, n) for n in _each(facts, "fs")),
        unable=unable,
    )


def _told(domain: Any, name: str) -> tuple[Any, str]:
    """What it answers, and why not where it does not know the command, or has it disabled."""
    try:
        return _command(domain, name, PATIENCE), ""
    except libvirt.libvirtError as error:
        if error.get_error_code() in AWAY or isinstance(sort(error), Denied | Gone | Lost):
            raise
        return None, str(sort(error))


def is_frozen(domain: Any) -> bool:
    """Whether the agent says so; one that says nothing at all is not asked again."""
    with suppress(libvirt.libvirtError):
        return _frozen(domain, PING)
    return False


def _frozen(domain: Any, timeout: int) -> bool:
    return bool(_command(domain, "guest-fsfreeze-status", timeout) == FROZEN)


def wait(domain: Any, seconds: float) -> None:
    """Returns when the agent answers; raises ``libvirtError`` when it does not in time."""
    end = time.monotonic() + seconds
    while True:
        try:
            _command(domain, "guest-ping", PING)
            return
        except libvirt.libvirtError as error:
            if error.get_error_code() not in AWAY or time.monotonic() > end:
                raise
        time.sleep(LOOK)


@contextmanager
def patience(domain: Any, seconds: int) -> Iterator[None]:
    """Has libvirt wait at most so long for each answer of the agent; without it, for ever.

    libvirt keeps the limit for every client, so what it has by itself is put back.
    """
    with suppress(libvirt.libvirtError):  # the test driver has no agent to wait for
        domain.agentSetResponseTimeout(seconds, 0)
    try:
        yield
    finally:
        with suppress(libvirt.libvirtError):
            own = libvirt.VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK
            domain.agentSetResponseTimeout(own, 0)


def _command(domain: Any, name: str, timeout: int) -> Any:
    answer = libvirt_qemu.qemuAgentCommand(domain, json.dumps({"execute": name}), timeout, 0)
    try:
        return json.loads(answer).get("return")
    except (ValueError, AttributeError, RecursionError):
        return None


def _facts(domain: Any) -> dict[str, Any]:
    """``virDomainGetGuestInfo``; what the agent does not know is left out by libvirt."""
    with patience(domain, PATIENCE), suppress(libvirt.libvirtError):
        known = dict(domain.guestInfo(0, 0))
        with suppress(libvirt.libvirtError):
            known |= domain.guestInfo(_ADDRESSES, 0)
        return known
    return {}


def _text(facts: Any, key: str) -> str:
    """A text that the guest has told, cut where nobody would read on."""
    told = facts.get(key) if isinstance(facts, dict) else None
    return told[:LONGEST] if isinstance(told, str) else ""


def _number(facts: dict[str, Any], key: str) -> int | None:
    told = facts.get(key)
    return told if isinstance(told, int) else None


def _each(facts: dict[str, Any], kind: str) -> range:
    """Numbers of the things of a kind; what is counted must have been told, too."""
    return range(min(_number(facts, f"{kind}.count") or 0, len(facts)))


def _addresses(facts: dict[str, Any]) -> list[str]:
    found = (
        _text(facts, f"if.{n}.addr.{m}.addr")
        for n in _each(facts, "if")
        for m in _each(facts, f"if.{n}.addr")
    )
    inside = ("127.", "::1", "fe80:")
    return [address for address in found if address and not address.startswith(inside)]


def _filesystem(facts: dict[str, Any], n: int) -> FileSystem:
    disks = (_text(facts, f"fs.{n}.disk.{m}.alias") for m in _each(facts, f"fs.{n}.disk"))
    return FileSystem(
        mountpoint=_text(facts, f"fs.{n}.mountpoint"),
        type=_text(facts, f"fs.{n}.fstype"),
        total=_number(facts, f"fs.{n}.total-bytes"),
        used=_number(facts, f"fs.{n}.used-bytes"),
        disks=tuple(filter(None, disks)),
    )
