"""The virsh lines that a plan shows do to an equal domain what the plan does."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import AwaitReady, Step, Verb, Vouch
from kvmtui.plans.wishes import Create, Delete, Merge, Revert, Switch, Wish
from tests.host.content import now, scribble
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.agreement import agree
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define_blank
from tests.lab.patience import eventually
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

JOBS_NAMED = 10_009_000
"""From here on QEMU must be able to call a job after a running domain's internal snapshot."""
ODD = "it's, “a,b” $(x) --all"
"""A snapshot's name."""


@pytest.fixture
def twins(daemon: Daemon, tmp_path: Path) -> Iterator[tuple[LabDomain, LabDomain]]:
    """Two equal domains but for their names, in a folder that needs quoting."""
    folder = tmp_path / "a,b it's"
    folder.mkdir()
    here, there = (define_blank(daemon, name, folder, mib=24) for name in ("here", "there"))
    for domain in (here, there):
        domain.start()
    yield here, there
    for domain in (here, there):
        domain.remove()


def typed(step: Step, uri: str, here: str, there: str) -> None:
    """Types what the step spells, for the other domain."""
    words = shlex.split(step.virsh)
    assert words[0] == "virsh"
    argv = ["virsh", "-c", uri, *(word.replace(here, there) for word in words[1:])]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, (argv, done.stderr)


def same(here: LabDomain, there: LabDomain, virsh: Virsh) -> None:
    """Chain, snapshots, state and content are equal."""

    def facts(domain: LabDomain) -> tuple[object, ...]:
        chain = [Path(part["filename"]).name for part in disk.info(domain.sources()["vda"])]
        return (
            [name.replace(domain.name, "NAME") for name in chain],
            virsh("snapshot-list", domain.name, "--name").split("\n"),
            virsh("snapshot-list", domain.name, "--tree"),
            domain.state,
            now(domain),
        )

    assert facts(here) == facts(there)


async def both(
    driver: Driver, virsh: Virsh, uri: str, twins: tuple[LabDomain, LabDomain], wish: Wish
) -> None:
    """Carries the wish out here and types its lines there."""
    here, there = twins
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan), plan
    outcome = await driver.fleet.perform(plan)
    assert outcome.ok, outcome.says
    for step in plan.steps:
        if isinstance(step, AwaitReady):
            eventually(lambda: _is_ready(virsh, there.name), f"vda of {there.name} is ready")
        if not isinstance(step, Vouch):  # a note of kvmtui's own, in a record edited by hand
            typed(step, uri, here.name, there.name)
    agree(driver, virsh, here.name)
    same(here, there, virsh)


def _is_ready(virsh: Virsh, name: str) -> bool:
    return "ready='yes'" in virsh("dumpxml", name)


async def test_create_delete_commit_and_pivot_are_spelt_as_they_are(
    driver: Driver, virsh: Virsh, daemon: Daemon, twins: tuple[LabDomain, LabDomain]
) -> None:
    ref = await driver.meet("here")
    await driver.meet("there")
    wishes: tuple[Wish, ...] = (
        Create(ref, "s1", "it's “quoted”, $HOME"),
        Create(ref, ODD),
        Create(ref, "s3"),
        Delete(ref, ODD),
        Create(ref, "with ram", how="ram"),
        Switch(ref, Verb.PAUSE),
        Switch(ref, Verb.RESUME),
    )
    for number, wish in enumerate(wishes):
        for twin in twins:
            scribble(twin, number + 1)
        await both(driver, virsh, daemon.uri, twins, wish)
    layers = driver.domain("here").config
    assert layers is not None
    middle = layers.disks[0].layers[1].source
    await both(driver, virsh, daemon.uri, twins, Merge(ref, "vda", middle))
    base = str(twins[0].disks[0])
    await both(driver, virsh, daemon.uri, twins, Merge(ref, "vda", base, keep=True))
    await both(driver, virsh, daemon.uri, twins, Switch(ref, Verb.FORCE_OFF))
    await both(driver, virsh, daemon.uri, twins, Switch(ref, Verb.START_PAUSED))


async def test_internal_snapshots_are_spelt_as_they_are(
    driver: Driver, virsh: Virsh, daemon: Daemon, twins: tuple[LabDomain, LabDomain]
) -> None:
    ref = await driver.meet("here")
    await driver.meet("there")
    name = ODD if driver.host.facts.libvirt < JOBS_NAMED else "i2"
    wishes: tuple[Wish, ...] = (
        Create(ref, "i1", how="internal"),
        Create(ref, name, ODD, how="internal"),
        Revert(ref, "i1", safety=False),
        Create(ref, "i3", how="internal"),
        Delete(ref, "i1", children=True),
    )
    for number, wish in enumerate(wishes):
        for twin in twins:
            scribble(twin, number + 1)
        await both(driver, virsh, daemon.uri, twins, wish)
