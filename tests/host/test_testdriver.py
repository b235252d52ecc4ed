"""A fleet over libvirt's test driver: real libvirt, no hypervisor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host import patrol
from kvmtui.host.base import Denied
from kvmtui.host.virt import Opener, acting
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind
from kvmtui.model.world import Link
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Revert, Switch
from tests.host.driver import Driver, driving
from tests.worlds import HOSTILE

DOMAIN = """<domain type='test' xmlns:t='http://libvirt.org/schemas/domain/test/1.0'>
<name>{name}</name><memory>65536</memory><os><type>hvm</type></os><t:runstate>{state}</t:runstate>
<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
<source file='/images/{name}.qcow2'/><target dev='vda'/></disk></devices></domain>"""
STATES = {"web10": 1, "web2": 5, "Alpha": 3}
FOUND = 10.0
"""Seconds within which what others do is seen."""


def node(folder: Path, states: Mapping[str, int]) -> Opener:
    """A host of libvirt's test driver with these domains."""
    file = folder / "node.xml"
    domains = (DOMAIN.format(name=name, state=state) for name, state in states.items())
    file.write_text(f"<node>{''.join(domains)}</node>")
    return Opener(f"test://{file}")


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return node(tmp_path, STATES)


@pytest.fixture
async def driver(opener: Opener, tmp_path: Path) -> AsyncIterator[Driver]:
    async with driving(opener, tmp_path / "state") as made:
        yield made


def found(opener: Opener, name: str) -> Any:
    """libvirt's own domain."""
    return opener.open().handle.lookupByName(name)


async def test_domains_appear_in_natural_order_with_their_states(driver: Driver) -> None:
    await driver.until(lambda host: host.link is Link.OPEN)
    assert [(d.name, d.state) for d in driver.host.domains] == [
        ("Alpha", State.PAUSED),
        ("web2", State.OFF),
        ("web10", State.RUNNING),
    ]
    await driver.meet("web2")
    config = driver.domain("web2").config
    assert config is not None
    assert config.memory == 64 * 2**20
    assert [layer.source for layer in config.disks[0].layers] == ["/images/web2.qcow2"]
    assert not config.disks[0].layers[0].missing, "the test driver's files are nowhere"
    assert driver.host.facts.hypervisor == "TEST"


@pytest.mark.parametrize("selected", ["web2", "web10"])
async def test_a_snapshot_made_behind_its_back_is_found(
    driver: Driver, opener: Opener, selected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol, "PAUSE", 0.1)
    monkeypatch.setattr(patrol, "AWAKE", 0.0)
    await driver.meet(selected)
    await driver.meet("web2")
    driver.fleet.select(driver.ref(selected))
    xml = "<domainsnapshot><name>by-virsh</name></domainsnapshot>"
    await asyncio.to_thread(found(opener, "web2").snapshotCreateXML, xml, 0)
    await driver.until_domain(
        "web2", lambda d: d.forest is not None and d.forest.current == "by-virsh", FOUND, "found"
    )
    assert driver.domain("web2").snapshot_count == 1
    forest = driver.domain("web2").forest
    assert forest is not None
    assert "/images/web2.qcow2" in forest.names, "it needs that, whoever removes files"
    if selected == "web10":
        return
    await asyncio.to_thread(found(opener, "web2").snapshotLookupByName("by-virsh").delete, 0)
    await driver.until_domain("web2", lambda d: d.snapshot_count == 0, FOUND, "gone")


async def test_of_many_domains_all_are_looked_at_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol, "PAUSE", 0.05)
    monkeypatch.setattr(patrol, "AWAKE", 0.0)
    names = [f"web{n}" for n in range(19)]
    opener = node(tmp_path, dict.fromkeys(names, 5))
    async with driving(opener, tmp_path / "state") as driver:
        for name in names:
            await driver.until_domain(name, lambda d: d.forest is not None)
        for name in names:
            found(opener, name).snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>")
        for name in names:
            await driver.until_domain(name, lambda d: d.snapshot_count == 1, FOUND, name)


async def test_a_change_of_state_is_seen_at_once(driver: Driver, opener: Opener) -> None:
    await driver.meet("web10")
    domain = found(opener, "web10")
    for verb, state in (
        ("suspend", State.PAUSED),
        ("resume", State.RUNNING),
        ("destroy", State.OFF),
    ):
        getattr(domain, verb)()
        await driver.until_domain("web10", lambda d, s=state: d.state is s, 1, verb)  # type: ignore[misc]


async def test_a_new_domain_is_read_and_a_removed_one_is_gone(
    driver: Driver, opener: Opener
) -> None:
    await driver.meet("web2")
    handle = opener.open().handle
    handle.defineXML(DOMAIN.format(name="new", state=5))
    await driver.until_domain("new", lambda d: d.config and d.forest, 2, "read")
    handle.lookupByName("web2").undefine()
    await driver.until(lambda host: not any(d.name == "web2" for d in host.domains), 2, "gone")


async def test_a_snapshot_is_taken_gone_back_to_and_deleted(driver: Driver, opener: Opener) -> None:
    ref = await driver.meet("web10")
    await driver.carry_out(Create(ref, "one", "first", how="internal"))
    await driver.carry_out(Create(ref, "two", how="internal"))
    forest = driver.domain("web10").forest
    assert forest is not None
    assert [(s.name, s.parent, s.kind) for s in sorted(forest.snapshots, key=lambda s: s.name)] == [
        ("one", None, Kind.INTERNAL),
        ("two", "one", Kind.INTERNAL),
    ]
    await driver.carry_out(Revert(ref, "one", safety=False))
    assert found(opener, "web10").snapshotCurrent(0).getName() == "one"
    await driver.carry_out(Delete(ref, "one", children=True))
    assert found(opener, "web10").snapshotNum(0) == 0
    assert [entry.ok for entry in driver.fleet.journal.entries] == [True] * 5


async def test_only_what_was_read_back_counts_as_done(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await driver.meet("web10")
    monkeypatch.setattr(acting, "perform", lambda *_: None)
    outcome = await driver.attempt(Create(ref, "one", how="internal"))
    assert (outcome.ok, outcome.done) == (False, 0)
    assert "there is no snapshot “one”" in outcome.says
    assert not driver.fleet.journal.entries[-1].ok


async def test_power_verbs_do_what_they_say(driver: Driver) -> None:
    ref = await driver.meet("web10")
    for verb, state in (
        (Verb.PAUSE, State.PAUSED),
        (Verb.RESUME, State.RUNNING),
        (Verb.SHUTDOWN, State.OFF),
        (Verb.START, State.RUNNING),
        (Verb.FORCE_OFF, State.OFF),
    ):
        await driver.carry_out(Switch(ref, verb))
        assert driver.domain("web10").state is state


async def test_what_this_driver_cannot_do_is_refused_by_name(driver: Driver) -> None:
    ref = await driver.meet("web10")
    for how in ("external", "ram"):
        assert await driver.refused(Create(ref, "s", how=how)) == "test driver"
    assert await driver.refused(Merge(ref, "vda", "/images/web10.qcow2")) == "test driver"


@pytest.mark.parametrize("key", [k for k in HOSTILE if k not in ("style", "closing tag")])
async def test_a_name_is_either_refused_or_kept_exactly(
    driver: Driver, opener: Opener, key: str
) -> None:
    name = HOSTILE[key]
    ref = await driver.meet("web2")
    made = await driver.plan(Create(ref, name, name, how="internal"))
    if not isinstance(made, Plan):
        assert made.rule.startswith("name ")
        return
    outcome = await driver.fleet.perform(made)
    assert outcome.ok, outcome.says
    assert found(opener, "web2").snapshotListNames(0) == [name]
    await driver.carry_out(Revert(ref, name, safety=False))
    await driver.carry_out(Delete(ref, name))
    assert found(opener, "web2").snapshotNum(0) == 0


async def test_a_read_only_connection_changes_nothing(opener: Opener, tmp_path: Path) -> None:
    async with driving(Opener(opener.uri, readonly=True), tmp_path) as driver:
        ref = await driver.meet("web10")
        assert driver.host.readonly
        assert await driver.refused(Switch(ref, Verb.PAUSE)) == "read-only"
        watch = driver.fleet.watches[opener.uri]
        with pytest.raises(Denied):
            watch.opener.open().lend(lambda handle: handle.lookupByName("web10").suspend())


async def test_a_host_that_cannot_be_opened_is_lost_and_tried_again(tmp_path: Path) -> None:
    node = tmp_path / "later.xml"
    async with driving(Opener(f"test://{node}"), tmp_path / "state") as driver:
        await driver.until(lambda host: host.link is Link.LOST, 5, "lost")
        assert "later.xml" in driver.host.trouble
        node.write_text(f"<node>{DOMAIN.format(name='late', state=1)}</node>")
        driver.fleet.refresh()
        await driver.until_domain("late", lambda d: d.config is not None, 5, "met")
        assert (driver.host.link, driver.host.trouble) == (Link.OPEN, "")
