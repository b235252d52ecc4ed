"""The layer that the cursor stands on, told in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.disk import Layer
from kvmtui.model.domain import Domain
from kvmtui.model.value import replace
from kvmtui.render import layer as render
from tests.ui.stage import Still, database, on_stage, text, until, world
from tests.worlds import GIB, chained, disk, domain, facts, file, host

PRIVATE = "/srv/images/private/erp-db1.qcow2"


def with_layers(of: Domain, *layers: Layer, complete: bool = False) -> Domain:
    assert of.config is not None
    disks = (replace(of.config.disks[0], layers=layers, complete=complete),)
    return replace(of, config=replace(of.config, disks=disks))


def told(of: Domain, source: str, *, local: bool = False) -> list[str]:
    """The details of that layer, on a host without storage pools."""
    shown = host(of, domain("clone"), facts=replace(facts(), local=local))
    return [line.plain for line in render.details(shown, of, "vda", source)]


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_in_the_chain_pane_the_details_are_those_of_the_layer(
    size: tuple[int, int], tmp_path: Path
) -> None:
    hosts = Still(world(database()), tmp_path)
    async with on_stage(hosts, size) as pilot:
        await until(pilot, lambda: "keeps snap" in text(pilot))
        assert "used" not in text(pilot)
        await pilot.press("3")
        await until(pilot, lambda: "qcow2 · 40G · 3.0G used" in text(pilot))
        assert "written since instantánea1" in text(pilot)
        await pilot.press("j")
        await until(pilot, lambda: "qcow2 · 40G · 4.0G used" in text(pilot))
        await pilot.press("2")
        await until(pilot, lambda: "used" not in text(pilot))


def test_a_layer_tells_its_snapshots_and_where_it_lies() -> None:
    assert told(chained(2), file("web.s1.qcow2")) == [
        "qcow2 · 20G · 1.0G used",
        "keeps s2 · written since s1",
        "/img/web.s1.qcow2",
    ]


def test_where_nobody_can_look_further_it_says_what_would_help() -> None:
    last = Layer(PRIVATE, format="qcow2")
    web = with_layers(chained(1), last)
    assert told(web, PRIVATE)[0] == "a storage pool on /srv/images/private would show the rest"
    assert told(web, PRIVATE, local=True)[0] == "what is below it is not known"
    whole = with_layers(chained(1), last, complete=True)
    assert told(whole, PRIVATE)[0] == "qcow2"


def test_trouble_comes_first() -> None:
    gone = with_layers(chained(1), Layer(PRIVATE, missing=True))
    assert told(gone, PRIVATE)[0] == "missing; what is below it is not known"
    locked = with_layers(chained(1), Layer(PRIVATE, unread="Permission denied"))
    assert told(locked, PRIVATE)[0] == "cannot be read: Permission denied"


def test_what_is_no_plain_file_is_told() -> None:
    secret = Layer("/dev/vg0/x", "block", "raw", capacity=GIB, encryption="luks", volume="vg0:x")
    assert told(with_layers(chained(0), secret, complete=True), "/dev/vg0/x") == [
        "raw · LUKS · block · 1.0G",
        "/dev/vg0/x",
        "volume vg0:x",
    ]
    assert told(domain("web", disk(file("clone.qcow2"))), file("clone.qcow2"))[1] == "also of clone"
    assert told(chained(1), "nothing such") == []
