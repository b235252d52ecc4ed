"""What is written at once must fit where it goes."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import State
from kvmtui.model.place import There
from kvmtui.model.value import replace
from kvmtui.plans.wishes import Create
from tests.worlds import GIB, allowed, disk, domain, file, place, ref, refused, world

MIB = 2**20
RAM = 2 * GIB
"""Of every domain here."""


def web(free: int | None, **fields: Any) -> Any:
    return domain("web", disk(file("web.qcow2"), free=free), **fields)


@pytest.mark.parametrize(
    ("how", "free", "state", "rule"),
    [
        ("external", MIB, State.RUNNING, ""),
        ("external", MIB - 1, State.RUNNING, "no space"),
        ("external", None, State.RUNNING, ""),
        ("ram", RAM + MIB, State.RUNNING, ""),
        ("ram", RAM + MIB - 1, State.RUNNING, "no space"),
        ("ram", None, State.RUNNING, ""),
        ("internal", RAM, State.RUNNING, ""),
        ("internal", RAM - 1, State.PAUSED, "no space"),
        ("internal", 0, State.OFF, ""),
        ("internal", None, State.RUNNING, ""),
    ],
)
def test_a_snapshot_needs_room_for_what_it_writes_at_once(
    how: str, free: int | None, state: State, rule: str
) -> None:
    here = web(free, state=state)
    assert refused(world(here), Create(ref(here), "s1", how=how)) == rule


def test_ram_goes_where_there_is_room_for_it() -> None:
    here = web(MIB)
    wish = Create(ref(here), "s1", how="ram", memory_file="/ram/web.mem")
    assert refused(world(here), Create(ref(here), "s1", how="ram")) == "no space"
    roomy, tight = place("/ram/web.mem", free=RAM), place("/ram/web.mem", free=RAM - 1)
    told = allowed(world(here, places=(roomy,)), wish).effects
    assert "new file web.mem: up to 2.0G of RAM, 2.0G are free; the guest waits for it" in told
    assert refused(world(here, places=(tight,)), wish) == "no space"


def test_files_in_one_folder_share_its_room() -> None:
    free = 2 * MIB
    disks = [disk(file(f"{n}.qcow2"), target=f"vd{n}", free=free) for n in "abc"]
    here, two = domain("web", *disks), domain("web", *disks[:2])
    assert refused(world(here), Create(ref(here), "s1")) == "no space"
    assert refused(world(two), Create(ref(two), "s1")) == ""


def test_a_block_device_needs_no_room_beside_it() -> None:
    here = web(0)
    wish = Create(ref(here), "s1", files=(("vda", "/dev/vg/a"),))
    device = place("/dev/vg/a", There.BLOCK, free=0)
    assert refused(world(here, places=(device,)), wish) == ""


def test_ram_goes_into_the_first_disk_wherever_that_is() -> None:
    first = disk("/dev/vg/web", free=0)
    first = replace(first, layers=(replace(first.layers[0], kind="block"),))
    second = disk(file("b.qcow2"), target="vdb", free=0)
    here = domain("web", first, second)
    assert refused(world(here), Create(ref(here), "s1", how="internal")) == ""
