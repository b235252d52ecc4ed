"""The fleet is what the data say, on either driver."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.demo.fleet import ERP, FLEET, Kind, Machine, Power, Snapshot
from kvmtui.plans.rules import JOB_NAME
from tests.demo.lair import Child

STATES = {Power.RUNNING: 1, Power.PAUSED: 3, Power.OFF: 5}
DAY = 86400

machines = pytest.mark.parametrize("machine", FLEET, ids=lambda machine: machine.name)


@pytest.fixture(params=[pytest.param("embedded", marks=pytest.mark.embed), "fallback"])
def facts(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What libvirt says about each machine."""
    child: Child = request.getfixturevalue(request.param)
    answer: dict[str, Any] = child.ask("facts")
    return answer


def expected(snapshot: Snapshot) -> dict[str, Any]:
    """What libvirt should say about a snapshot."""
    running = "disk-snapshot" if snapshot.kind is Kind.DISK_ONLY else "running"
    return {
        "parent": snapshot.parent,
        "description": snapshot.description,
        "age": pytest.approx(snapshot.days * DAY, abs=120),
        "state": running if snapshot.kind.running else "shutoff",
    }


@machines
def test_machine_is_there(machine: Machine, facts: dict[str, Any]) -> None:
    assert facts[machine.name]["state"] == STATES[machine.power]
    assert facts[machine.name]["title"] == machine.title


@machines
def test_snapshots_form_the_tree(machine: Machine, facts: dict[str, Any]) -> None:
    found = facts[machine.name]["snapshots"]
    current = [name for name, moment in found.items() if moment.pop("current")]
    assert found == {snapshot.name: expected(snapshot) for snapshot in machine.snapshots}
    assert current == [snapshot.name for snapshot in machine.snapshots[-1:]]


@pytest.mark.embed
def test_live_chain_has_every_layer(embedded: Child) -> None:
    files = embedded.ask("facts")[ERP.name]["chain"]
    names = [f"erp-db1.{snapshot.name}" for snapshot in reversed(ERP.snapshots)]
    assert [file.rpartition("/")[2] for file in files] == [*names, "erp-db1.qcow2"]


@machines
def test_parents_are_older_and_known(machine: Machine) -> None:
    seen: dict[str | None, float] = {None: float("inf")}
    for snapshot in machine.snapshots:
        assert snapshot.days < seen[snapshot.parent]
        seen[snapshot.name] = snapshot.days
    assert len(seen) == len(machine.snapshots) + 1


def test_names_leave_room_for_sockets() -> None:
    assert max(len(machine.name) for machine in FLEET) <= 12


@machines
def test_every_libvirt_takes_the_names_inside_running_machines(machine: Machine) -> None:
    names = [one.name for one in machine.snapshots if one.kind is Kind.INTERNAL_RAM]
    assert [name for name in names if not JOB_NAME.fullmatch(name)] == []
