"""The growth of a running machine's images is measured while it is looked at, and only then."""

from __future__ import annotations

import pytest

from kvmtui.host import meter, patrol
from kvmtui.model.domain import Domain
from kvmtui.plans import health
from kvmtui.plans.wishes import Create
from tests.host.conftest import NewMachine
from tests.host.content import scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab.disk import PAGE

pytestmark = pytest.mark.embed


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample every second, and a rate from the second one on."""
    monkeypatch.setattr(patrol, "PAUSE", 0.1)
    monkeypatch.setattr(patrol, "AWAKE", 0.0)
    monkeypatch.setattr(meter, "LEAST", 0.5)
    monkeypatch.setattr(meter, "WINDOW", 10.0)


def rate(domain: Domain) -> int | None:
    return domain.growth[0].rate if domain.growth else None


async def test_a_machine_that_writes_grows_and_one_that_rests_does_not(
    driver: Driver, machine: Machine
) -> None:
    await driver.meet("m")
    await driver.until_domain("m", lambda d: rate(d) == 0, what="at rest")
    machine.write("vda", 0x55, offset=8 * PAGE, length=64 * PAGE)
    await driver.until_domain("m", lambda d: (rate(d) or 0) > 64 * PAGE / 20, what="written")
    (growth,) = driver.domain("m").growth
    assert (growth.disk, growth.source) == ("vda", str(machine.sources()["vda"]))
    assert growth.room is not None
    assert growth.room > 2**20
    await driver.until_domain("m", lambda d: rate(d) == 0, what="at rest again")


async def test_what_stays_the_same_is_not_told_again(
    driver: Driver, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kvmtui.host.images.free", lambda _folder: 2**40)
    await driver.meet("m")
    await driver.until_domain("m", lambda d: rate(d) == 0)
    driver.worlds.clear()
    calls = driver.fleet.watches[driver.host.uri].reader.inspection
    before = calls.samples
    await driver.until(lambda _: calls.samples >= before + 3, what="three more samples")
    assert driver.worlds == []


async def test_the_room_that_is_left_becomes_a_time(
    driver: Driver, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kvmtui.host.images.free", lambda _folder: 2**20)
    await driver.meet("m")
    driver.fleet.refresh(driver.ref("m"))
    await driver.until_domain("m", lambda d: rate(d) == 0)
    machine.write("vda", 0x55, offset=8 * PAGE, length=16 * PAGE)
    await driver.until_domain("m", rate, what="it grows")
    (finding, *_) = health.findings(driver.host, driver.domain("m"))
    assert finding.rule == "full"
    assert finding.reason.startswith("full in 1 min at ")


async def test_after_a_snapshot_the_new_layer_is_measured(driver: Driver, machine: Machine) -> None:
    ref = await driver.meet("m")
    await driver.until_domain("m", rate_is_known)
    await driver.carry_out(Create(ref, "s1"))
    overlay = str(machine.sources()["vda"])
    scribble(machine, 1)
    await driver.until_domain("m", lambda d: d.growth and d.growth[0].source == overlay)


def rate_is_known(domain: Domain) -> bool:
    return rate(domain) is not None


async def test_nobody_else_is_measured_and_one_that_is_off_neither(
    driver: Driver, machine: Machine, new_machine: NewMachine
) -> None:
    other = new_machine("other")
    other.start()
    await driver.meet("m")
    await driver.until_domain("m", rate_is_known)
    assert rate(driver.domain("other")) is None
    await driver.meet("other")
    await driver.until_domain("other", rate_is_known)
    assert rate(driver.domain("m")) is None
    other.off()
    await driver.until_domain("other", lambda d: not d.growth)
