"""Asking the guest agent, with short timeouts: a connected channel proves nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import libvirt
import libvirt_qemu

from kvmtui.model.guest import Answer, FileSystem, Guest

PING = 2
"""Seconds that the agent has for its first answer."""
PATIENCE = 5
"""Seconds for every further answer."""
_ADDRESSES = 64
"""VIR_DOMAIN_GUEST_INFO_INTERFACES"""


def ask(domain: Any) -> Guest:
    """One reading; blocks for at most about ``PING`` seconds when the agent is silent."""
    try:
        _command(domain, "guest-ping", PING)
    except libvirt.libvirtError as error:
        denied = error.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED
        words = " ".join((error.get_error_message() or "").split())
        return Guest(Answer.DENIED if denied else Answer.SILENT, trouble=words)
    frozen = _command(domain, "guest-fsfreeze-status", PATIENCE) == "frozen"
    version = _command(domain, "guest-info", PATIENCE)
    facts = {} if frozen else _facts(domain)
    return Guest(
        Answer.ANSWERING,
        frozen=frozen,
        version=str(version.get("version", "")) if isinstance(version, dict) else "",
        hostname=str(facts.get("hostname", "")),
        os=str(facts.get("os.pretty-name", "")),
        addresses=tuple(_addresses(facts)),
        filesystems=tuple(_filesystem(facts, n) for n in range(facts.get("fs.count", 0))),
    )


def _command(domain: Any, name: str, timeout: int) -> Any:
    answer = libvirt_qemu.qemuAgentCommand(domain, json.dumps({"execute": name}), timeout, 0)
    try:
        return json.loads(answer).get("return")
    except (ValueError, AttributeError):
        return None


def _facts(domain: Any) -> dict[str, Any]:
    """``virDomainGetGuestInfo``; what the agent does not know is left out by libvirt."""
    with suppress(libvirt.libvirtError):
        domain.agentSetResponseTimeout(PATIENCE, 0)
        known = dict(domain.guestInfo(0, 0))
        with suppress(libvirt.libvirtError):
            known |= domain.guestInfo(_ADDRESSES, 0)
        return known
    return {}


def _addresses(facts: dict[str, Any]) -> list[str]:
    found = []
    for n in range(facts.get("if.count", 0)):
        for m in range(facts.get(f"if.{n}.addr.count", 0)):
            address = str(facts.get(f"if.{n}.addr.{m}.addr", ""))
            if address and not address.startswith(("127.", "::1", "fe80:")):
                found.append(address)
    return found


def _filesystem(facts: dict[str, Any], n: int) -> FileSystem:
    disks = (
        facts.get(f"fs.{n}.disk.{m}.alias", "") for m in range(facts.get(f"fs.{n}.disk.count", 0))
    )
    return FileSystem(
        mountpoint=str(facts.get(f"fs.{n}.mountpoint", "")),
        type=str(facts.get(f"fs.{n}.fstype", "")),
        total=facts.get(f"fs.{n}.total-bytes"),
        used=facts.get(f"fs.{n}.used-bytes"),
        disks=tuple(disk for disk in disks if disk),
    )
