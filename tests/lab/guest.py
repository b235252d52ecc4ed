"""A real guest under a real daemon: it boots in seconds and answers as a guest agent."""

from __future__ import annotations

import base64
import json
import shlex
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import libvirt
import libvirt_qemu

from tests.lab import xml
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define
from tests.lab.image import Image
from tests.lab.shell import obey

BOOT = 60.0
"""Seconds a guest may take to boot under TCG on a busy machine; about 3 is usual."""


class AgentFailed(Exception):
    """The agent did not answer, or with an error."""


@dataclass(frozen=True)
class GuestDomain(LabDomain):
    """A domain with an ext4 on vda (/data), and on vdb (/spare) if it has one."""

    shell: Path
    """Unix socket of the guest's shell, which lives while the domain does."""
    console: Path
    """What the guest printed on its serial port since the last start."""

    def wait_agent(self, timeout: float = BOOT) -> None:
        """Returns when the agent answers a ping.

        Raises TimeoutError, with the end of the console, after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.agent("guest-ping")
                return
            except AgentFailed as refusal:
                if time.monotonic() > deadline:
                    printed = self.console.read_text(errors="replace")[-1500:]
                    raise TimeoutError(f"{refusal}\nconsole:\n{printed}") from None
            time.sleep(0.1)

    def agent(self, command: str, /, *, timeout: int = 5, **arguments: Any) -> Any:
        """What the guest agent returns to one command, in at most `timeout` seconds.

        Dashes in argument names are written as underscores. Raises AgentFailed.
        """
        order: dict[str, Any] = {"execute": command}
        if arguments:
            order["arguments"] = {key.replace("_", "-"): arguments[key] for key in arguments}
        try:
            text = libvirt_qemu.qemuAgentCommand(self.handle, json.dumps(order), timeout, 0)
        except libvirt.libvirtError as refusal:
            raise AgentFailed(str(refusal)) from None
        return json.loads(text)["return"]

    def execute(self, command: str, *, timeout: float = 10.0) -> str:
        """Output of one line of sh, run by the agent's guest-exec."""
        started = self.agent("guest-exec", path="/bin/sh", arg=["-c", command], capture_output=True)
        deadline = time.monotonic() + timeout
        while not (status := self.agent("guest-exec-status", pid=started["pid"]))["exited"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"guest-exec {command!r} runs for {timeout} s")
            time.sleep(0.05)
        output = base64.b64decode(status.get("out-data", "")).decode()
        if status.get("exitcode") != 0:
            errors = base64.b64decode(status.get("err-data", "")).decode()
            raise RuntimeError(f"guest-exec {command!r}: {status} {output}{errors}")
        return output

    def run(self, command: str, *, timeout: float = 10.0) -> str:
        """Output of one line of sh, run by the guest's shell: needs no agent."""
        return obey(self.shell, command, timeout=timeout)

    def write_marker(self, text: str, *, folder: str = "data") -> None:
        """Has the guest write one line to the file `marker` on its disk, and sync."""
        self.run(f"{_mounted(folder)} && printf %s {shlex.quote(text)} > /{folder}/marker && sync")

    def read_marker(self, *, folder: str = "data") -> str | None:
        """What the running guest reads there; None when there is no such file."""
        file = f"/{folder}/marker"
        answer = self.run(f"{_mounted(folder)} && if [ -e {file} ]; then echo -n =; cat {file}; fi")
        return answer.removeprefix("=") if answer else None

    def stop_agent(self) -> None:
        """SIGSTOP: libvirt goes on to call it connected, but it answers nothing."""
        self._signal_agent("STOP", "[Tt]")

    def continue_agent(self) -> None:
        self._signal_agent("CONT", "[^Tt]")

    def _signal_agent(self, signal: str, state: str) -> None:
        """Sends a signal to the agent, and waits until its process state is like that."""
        agent = "$(cat /run/qemu-ga.pid)"
        is_so = f"grep -q 'State:.{state}' /proc/{agent}/status"
        self.run(f"kill -{signal} {agent} && until {is_so}; do sleep 0.1; done")


def _mounted(folder: str) -> str:
    return f"grep -q ' /{folder} ext4 ' /proc/mounts"


def define_guest(
    daemon: Daemon,
    image: Image,
    name: str,
    directory: Path,
    *,
    spare: bool = False,
    machine: str = "q35",
) -> GuestDomain:
    """A guest, off: `NAME-vda.qcow2` in `directory` is its /data, `NAME-vdb.qcow2` its /spare."""
    targets = ("vda", "vdb") if spare else ("vda",)
    disks = tuple(directory / f"{name}-{target}.qcow2" for target in targets)
    for path in disks:
        shutil.copyfile(image.data, path)
    shell = daemon.folder / f"{uuid4().hex[:8]}.shell"
    console = directory / f"{name}.console"
    text = xml.guest(name, disks, image=image, shell=shell, console=console, machine=machine)
    define(daemon, text)
    return GuestDomain(daemon, name, disks, shell, console)
