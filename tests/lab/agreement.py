"""The second opinion: what kvmtui shows of a domain is what virsh says of it."""

from __future__ import annotations

from tests.host.driver import Driver
from tests.lab.virsh import Virsh


def agree(driver: Driver, virsh: Virsh, name: str) -> None:
    """Snapshots, the current one, the active layers and the state are what virsh says."""
    known = driver.domain(name)
    assert known.config is not None
    assert known.forest is not None
    current = known.forest.current
    state, names, blocks, *told = virsh.each(
        f"domstate {name}",
        f"snapshot-list {name} --name",
        f"domblklist {name}",
        *([f"snapshot-current {name} --name"] if current is not None else []),
    )
    assert known.state.value == state
    assert sorted(s.name for s in known.forest.snapshots) == sorted(filter(None, names.split("\n")))
    shown = [(d.target, d.active.source) for d in known.config.disks if d.active]
    assert shown == [tuple(line.split(None, 1)) for line in blocks.split("\n")]
    assert told == ([] if current is None else [current])
    assert known.busy == ""
