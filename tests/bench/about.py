"""On what machine, and with which versions, something was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.lab.missing import program


def about() -> dict[str, str]:
    """What belongs beside every figure."""
    return {
        "processor": f"{os.cpu_count()} x {_processor()}",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "textual": version("textual"),
        "libvirt": _first([program("libvirtd", "libvirt-daemon"), "--version"]),
        "qemu": _first([program("qemu-system-x86_64", "qemu-system-x86"), "--version"]),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _first(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]
