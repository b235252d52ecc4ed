"""The second opinion: what kvmtui shows of a domain is what virsh says of it."""

from __future__ import annotations

from tests.host.driver import Driver
from tests.lab.virsh import Virsh


def agree(driver: Driver, virsh: Virsh, name: str) -> None:
    """Snapshots, the current one, the active layers and the state are what virsh says."""
    known = driver.domain(name)
    assert known.config is not None
    assert known.forest is not None
    listed = virsh("snapshot-list", name, "--name").splitlines()
    assert sorted(s.name for s in known.forest.snapshots) == sorted(filter(None, listed))
    if known.forest.current is not None:
        assert virsh("snapshot-current", name, "--name") == known.forest.current
    rows = [line.split(None, 1) for line in virsh("domblklist", name).splitlines()]
    shown = [(d.target, d.active.source) for d in known.config.disks if d.active]
    assert shown == [(target, source) for target, source in rows]
    assert known.state.value == virsh("domstate", name)
    assert known.busy == ""
