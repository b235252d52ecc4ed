"""A chain is called too deep exactly where this libvirt no longer starts it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import libvirt
import pytest

from kvmtui.plans import health
from kvmtui.plans.depth import NESTED
from kvmtui.plans.health import Severity
from tests.host.driver import Driver
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.missing import program
from tests.lab.versions import on

pytestmark = pytest.mark.lab


def deepened(domain: LabDomain, overlays: int) -> None:
    """So many images one above the other, made by hand, below the disk of a domain that is off."""
    base = domain.disks[0]
    for number in range(overlays):
        top = base.with_name(f"o{number}.qcow2")
        words = ["create", "-qf", "qcow2", "-b", str(base), "-F", "qcow2", str(top)]
        subprocess.run([program("qemu-img", "qemu-utils"), *words], check=True)
        base = top
    xml = domain.handle.XMLDesc().replace(str(domain.disks[0]), str(base))
    domain.daemon.connection.defineXML(xml)


@pytest.mark.parametrize("overlays", [NESTED, NESTED + 1])
async def test_with_one_overlay_more_it_does_not_start(
    overlays: int, driver: Driver, new_blank: NewBlank, tmp_path: Path
) -> None:
    made = new_blank()
    deepened(made, overlays)
    ref = await driver.meet("blank")
    driver.fleet.refresh(ref)
    await driver.until_domain(
        "blank", lambda d: d.config and len(d.config.disks[0].layers) == overlays + 1
    )
    (finding,) = health.findings(driver.host, driver.domain("blank"))
    assert finding.rule == "deep"
    starts = on(driver.host.facts.libvirt, True, overlays <= NESTED, True)
    assert (finding.severity is Severity.WARN) == starts
    if starts:
        made.start()
        assert made.state == "running"
    else:
        with pytest.raises(libvirt.libvirtError, match="nesting"):
            made.start()
