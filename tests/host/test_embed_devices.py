"""A disk that somebody attaches while the machine runs is shown, though no snapshot tells of it."""

from __future__ import annotations

from pathlib import Path

import libvirt
import pytest

from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab import disk

pytestmark = pytest.mark.embed

DISK = """<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
<source file='{}'/><target dev='vdb' bus='virtio'/></disk>"""


async def test_a_disk_that_another_client_attaches_is_seen(
    driver: Driver, machine: Machine, tmp_path: Path
) -> None:
    await driver.meet("m")
    image = disk.create(tmp_path / "another.qcow2")
    flags = libvirt.VIR_DOMAIN_AFFECT_LIVE
    machine.handle.attachDeviceFlags(DISK.format(image), flags)
    await driver.until_domain(
        "m", lambda d: d.config is not None and d.config.disk("vdb") is not None, 2, "attached"
    )
    config = driver.domain("m").config
    assert config is not None
    assert [layer.source for layer in config.disks[1].layers] == [str(image)]
