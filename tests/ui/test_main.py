"""The main screen: cursors, panes and keys over hand-made worlds."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.strip import Strip

from kvmtui.model.domain import Domain, State
from kvmtui.model.job import Job, JobKind, Sample
from kvmtui.model.snapshot import Forest, Snapshot
from kvmtui.model.value import replace
from kvmtui.model.world import Link, Ref, World
from kvmtui.ui.app import Kvmtui
from kvmtui.ui.lines import Lines
from kvmtui.ui.panes.jobs import Jobs
from kvmtui.ui.screens.main import Main
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import URI, Still, bare, database, on_stage, text, until, world
from tests.worlds import COMMITTING, HOSTILE, READY


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(database(), bare("files01"), bare("web1", State.RUNNING)), tmp_path)


def main(app: object) -> Main:
    assert isinstance(app, Kvmtui)
    assert isinstance(app.screen, Main)
    return app.screen


def spy(lines: Lines) -> list[int]:
    """The screen lines of a pane that are drawn from now on."""
    drawn: list[int] = []
    original = lines.render_line

    def watched(y: int) -> Strip:
        drawn.append(y)
        return original(y)

    lines.render_line = watched  # type: ignore[method-assign]
    return drawn


async def test_the_first_domain_is_selected_and_shown(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "keeps snap" in text(pilot))
        assert hosts.selected == Ref(URI, "u-erp-db1")
        for word in ("erp-db1", "instantánea1", "you are here", "answering", "212G free"):
            assert word in text(pilot)


async def test_the_other_panes_follow_the_cursor(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j")
        await until(pilot, lambda: "snapshots · files01" in text(pilot))
        assert hosts.selected == Ref(URI, "u-files01")
        assert "no snapshots yet" in text(pilot)


async def test_a_domain_keeps_the_cursor_when_others_come_and_go(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "j")
        await until(pilot, lambda: hosts.selected == Ref(URI, "u-web1"))
        hosts.become(world(bare("aaa"), database(), bare("bbb"), bare("web1", State.PAUSED)))
        await until(pilot, lambda: "aaa" in text(pilot))
        assert main(pilot.app).view.ref == Ref(URI, "u-web1")
        assert "snapshots · web1" in text(pilot)


async def test_the_cursor_moves_to_a_neighbour_when_its_domain_vanishes(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j")
        await until(pilot, lambda: hosts.selected == Ref(URI, "u-files01"))
        hosts.become(world(database(), bare("web1", State.RUNNING)))
        await until(pilot, lambda: hosts.selected in (Ref(URI, "u-web1"), Ref(URI, "u-erp-db1")))


async def test_an_equal_world_repaints_nothing(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "answering" in text(pilot))
        await pilot.pause(0.2)
        drawn = [spy(lines) for lines in pilot.app.screen.query(Lines)]
        hosts.become(world(database(), bare("files01"), bare("web1", State.RUNNING)))
        await pilot.pause(0.3)
        assert not any(drawn)


async def test_one_changed_state_repaints_one_line_of_the_list(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "answering" in text(pilot))
        await pilot.pause(0.2)
        drawn = spy(pilot.app.screen.query_one("#domains", Lines))
        hosts.put(bare("files01", State.PAUSED))
        await until(pilot, lambda: "‖ files01" in text(pilot))
        assert set(drawn) == {2}


async def test_folding_hides_what_is_below_and_outlives_a_new_world(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "instantánea1" in text(pilot))
        await pilot.press("2", "home", "left")
        await until(pilot, lambda: "snap-pre-upgrade +1" in text(pilot))
        hosts.put(replace(database(), state=State.PAUSED))
        await until(pilot, lambda: "‖ erp-db1" in text(pilot))
        assert "snap-pre-upgrade +1" in text(pilot)
        await pilot.press("right")
        await until(pilot, lambda: "└ ● instantánea1" in text(pilot))


async def test_a_key_that_cannot_work_says_why(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "c")
        await until(pilot, lambda: "vda has no layer below its active one" in text(pilot))
        assert not isinstance(pilot.app.screen, PlanScreen)


async def test_read_only_has_no_dangerous_key(tmp_path: Path) -> None:
    hosts = Still(world(database()), tmp_path)
    async with on_stage(hosts, readonly=True) as pilot:
        for key in "srdcoxP":
            await pilot.press(key)
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, Main)
        footer = text(pilot).splitlines()[-1]
        assert "revert" not in footer
        assert "quit" in footer


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_any_name_is_only_text(name: str, tmp_path: Path) -> None:
    snapshot = Snapshot(name, created=1, description=name, state="running")
    domain = replace(database(), name=name, forest=Forest((snapshot,), name))
    hosts = Still(world(domain, replace(bare("b"), trouble=name)), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "r")
        await pilot.pause(0.2)
        await pilot.press("escape", "s")
        await pilot.pause(0.2)
        shown = text(pilot)
        assert not any(ord(char) < 32 and char != "\n" for char in shown)
        assert name[:3] in shown or not name[:3].isprintable()


async def test_a_lost_host_is_said_over_its_last_state(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        hosts.put_host(link=Link.LOST, trouble="connection reset by peer")
        await until(pilot, lambda: "connection reset by peer" in text(pilot))
        assert "erp-db1" in text(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: hosts.refreshed == 1)
        hosts.put_host(link=Link.OPEN, trouble="")
        await until(pilot, lambda: "connection reset" not in text(pilot))


@pytest.mark.parametrize(
    ("job", "busy", "told"),
    [
        (COMMITTING, "", "5 jobs · x cancels · b limits─"),
        (READY, "", "5 jobs · x cancels · P switches over · b limits─"),
        (COMMITTING, "delete snapshot “s1”", "5 jobs─"),
    ],
)
async def test_the_keys_for_a_job_stand_beside_it(
    job: Job, busy: str, told: str, hosts: Still
) -> None:
    hosts.put(replace(database(), jobs=(job,), busy=busy))
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: told in text(pilot))


async def test_the_jobs_strip_comes_with_a_job_and_goes_with_it(hosts: Still) -> None:
    samples = (Sample(0, 0, 4 << 30), Sample(3, 3 << 30, 4 << 30))
    job = Job("vda", JobKind.ACTIVE_COMMIT, 3 << 30, 4 << 30, samples=samples)
    async with on_stage(hosts) as pilot:
        assert not pilot.app.screen.query_one(Jobs).display
        hosts.put(replace(database(), jobs=(job,)))
        await until(pilot, lambda: "75%" in text(pilot))
        assert "1.0G/s" in text(pilot)
        assert "0:01 left" in text(pilot)
        hosts.put(database())
        await until(pilot, lambda: not pilot.app.screen.query_one(Jobs).display)


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (80, 24), (160, 45), (300, 100)], ids=str)
async def test_every_size_is_drawn(size: tuple[int, int], hosts: Still) -> None:
    async with on_stage(hosts, size) as pilot:
        await pilot.resize_terminal(81, 25)
        await pilot.resize_terminal(*size)
        await pilot.pause(0.1)
        assert text(pilot).strip()


async def test_an_empty_host_is_drawn(tmp_path: Path) -> None:
    async with on_stage(Still(world(), tmp_path)) as pilot:
        await until(pilot, lambda: "no domains" in text(pilot))
        await pilot.press("s")
        await until(pilot, lambda: "no domain is selected" in text(pilot))


async def test_several_hosts_are_headings(tmp_path: Path) -> None:
    one = world(database()).hosts[0]
    two = replace(one, uri="qemu+ssh://kvm02/system", domains=(bare("dc1"),))
    hosts = Still(World((one, replace(two, facts=replace(two.facts, name="kvm02")))), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "kvm02" in text(pilot))
        await pilot.press("j")
        await until(pilot, lambda: hosts.selected == Ref("qemu+ssh://kvm02/system", "u-dc1"))


async def test_a_domain_that_was_not_read_says_so(tmp_path: Path) -> None:
    unread = Domain("u-x", "slow", State.RUNNING)
    async with on_stage(Still(world(unread), tmp_path)) as pilot:
        await until(pilot, lambda: "reading" in text(pilot))
        await pilot.press("s")
        await until(pilot, lambda: "has not been read yet" in text(pilot))
