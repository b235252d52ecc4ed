"""What QEMU pulled up is written down before the layers that it came from go."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import State
from kvmtui.model.folder import RAM
from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans.flushing import MOMENT
from kvmtui.plans.steps import Flush, RemoveFile
from kvmtui.plans.wishes import Delete, RemoveOrphan
from tests.plans.test_orphans import LEFT, OWN, WEB, looked, stored
from tests.plans.test_pull import here, pulled
from tests.worlds import allowed, ref, refused


@pytest.mark.parametrize(("state", "flushes"), [(State.RUNNING, True), (State.OFF, False)])
def test_a_disk_may_live_on_what_was_pulled_out_of_an_image_and_is_not_written_down_yet(
    state: State, flushes: bool
) -> None:
    web = replace(WEB, state=state)
    ram = stored("web.ram", "web.s1.qcow2", format=RAM, uuid="u-web")
    there = World((looked(web, files=(*OWN, LEFT, ram)),))
    plan = allowed(there, RemoveOrphan(ref(web), LEFT.path))
    assert (Flush("web") in plan.steps, MOMENT in plan.effects) == (flushes, flushes)
    plan = allowed(there, RemoveOrphan(ref(web), ram.path))
    assert plan.steps == (RemoveFile("web", ram.path),)
    assert not any("pulled" in told for told in (*plan.warnings, *plan.effects))


def test_where_qemu_cannot_be_told_to_write_it_down_the_file_stays() -> None:
    web = replace(WEB, state=State.PAUSED)
    ram = stored("web.ram", "web.s1.qcow2", format=RAM, uuid="u-web")
    there = World((looked(web, files=(*OWN, LEFT, ram)),))
    assert refused(there, RemoveOrphan(ref(web), LEFT.path)) == "unwritten"
    assert not refused(there, RemoveOrphan(ref(web), ram.path))
    assert web.config is not None
    errand = replace(web, config=replace(web.config, errand=True))
    there = World((looked(errand, files=(*OWN, LEFT, ram)),))
    plan = allowed(there, RemoveOrphan(ref(web), LEFT.path))
    assert any("has lost what was pulled up" in told for told in plan.warnings)


def test_nor_does_the_file_of_a_snapshot_that_a_pull_took_out_of_the_chain() -> None:
    web = replace(pulled(intact=True), state=State.PAUSED)
    assert refused(here(web), Delete(ref(web), "s2")) == "unwritten"
    assert not refused(here(web), Delete(ref(web), "s2", metadata_only=True))
