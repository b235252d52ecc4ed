"""What QEMU pulled up is written down before the layers that it came from go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kvmtui.model.domain import State
from kvmtui.model.folder import RAM
from kvmtui.model.world import World
from kvmtui.plans.flushing import MOMENT
from kvmtui.plans.steps import Flush, RemoveFile
from kvmtui.plans.wishes import RemoveOrphan
from tests.plans.test_orphans import LEFT, OWN, WEB, looked, stored
from tests.worlds import allowed, ref


@pytest.mark.parametrize(
    ("state", "flushes", "minds"),
    [(State.RUNNING, True, False), (State.PAUSED, False, True), (State.OFF, False, False)],
)
def test_a_disk_may_live_on_what_was_pulled_out_of_an_image_and_is_not_written_down_yet(
    state: State, flushes: bool, minds: bool
) -> None:
    web = replace(WEB, state=state)
    ram = stored("web.ram", "web.s1.qcow2", format=RAM, uuid="u-web")
    there = World((looked(web, files=(*OWN, LEFT, ram)),))
    plan = allowed(there, RemoveOrphan(ref(web), LEFT.path))
    assert (Flush("web") in plan.steps, MOMENT in plan.effects) == (flushes, flushes)
    assert any("has lost what was pulled up" in told for told in plan.warnings) is minds
    plan = allowed(there, RemoveOrphan(ref(web), ram.path))
    assert plan.steps == (RemoveFile("web", ram.path),)
    assert not any("pulled" in told for told in (*plan.warnings, *plan.effects))
