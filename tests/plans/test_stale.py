"""An image that no longer holds what a record says is not gone back to; every other one is."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.steps import Redefine
from kvmtui.plans.wishes import Revert
from tests.worlds import allowed, chained, disk, domain, external, file, ref, refused, world

S1, S2, S3 = (chained(3).forest or Forest()).snapshots
WITHOUT_S2 = (S1, replace(S3, parent="s1"))
REWRITTEN = replace(S3, parent="s1", disks=(replace(S3.disks[0], base=file("web.s1.qcow2")),))


def standing(snapshots: tuple[object, ...], current: str, *files: str) -> Domain:
    forest = Forest(tuple(s for s in snapshots if isinstance(s, type(S1))), current)
    return domain("web", disk(*(file(f"web{part}.qcow2") for part in files)), forest=forest)


def rules(web: Domain) -> dict[str, str]:
    forest = web.forest or Forest()
    wishes = {s.name: Revert(ref(web), s.name, safety=False) for s in forest.snapshots}
    return {name: refused(world(web), wish) for name, wish in wishes.items()}


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        (standing((S1, S2, S3), "s3", ".s3", ".s2", ".s1", ""), {"s1": "", "s2": "", "s3": ""}),
        # the layer of s2 was merged by hand into what s2 goes back to
        (
            standing((S1, S2, S3), "s3", ".s3", ".s1", ""),
            {"s1": "", "s2": "stale", "s3": "stale"},
        ),
        # the layer of s1 likewise: what s1 goes back to was overwritten
        (
            standing((S1, S2, S3), "s3", ".s3", ".s2", ""),
            {"s1": "stale", "s2": "stale", "s3": ""},
        ),
        # a layer that no record names does not matter where it hangs
        (standing(WITHOUT_S2, "s3", ".s3", ".s2", ".s1", ""), {"s1": "", "s3": ""}),
        # the record of s3 was rewritten when somebody forgot that of s2 (libvirt before 11)
        (standing((S1, REWRITTEN), "s3", ".s3", ".s2", ".s1", ""), {"s1": "", "s3": "stale"}),
        # a revert to s1 ended before s1 was recorded as the current one
        (standing((S1, S2, S3), "s3", ".s1-r", ""), {"s1": "", "s2": "", "s3": ""}),
        # virsh has gone back to s1, and keeps the new overlay to itself
        (standing((S1, S2, S3), "s1", ".1700000000", ""), {"s1": "", "s2": "", "s3": ""}),
    ],
)
def test_only_what_still_holds_its_state_is_offered(web: Domain, expected: dict[str, str]) -> None:
    assert rules(web) == expected


@pytest.mark.parametrize("below", [None, (file("web.s1.qcow2"), file("web.qcow2"))])
def test_an_ancestors_overlay_is_the_layer_right_above_its_image(
    below: tuple[str, ...] | None,
) -> None:
    """Also where the record of a snapshot between was forgotten, as far as the chain is known."""
    now = external("now", "s1", base="web.s1-r.qcow2", overlay="web.now.qcow2")
    s1 = replace(S1, disks=(replace(S1.disks[0], overlay=file("web.s1-r.qcow2")),))
    s3 = replace(S3, parent="s1", disks=(replace(S3.disks[0], below=below),))
    web = standing((s1, s3, now), "now", ".now", ".s1-r", "")
    steps = allowed(world(web), Revert(ref(web), "s3", safety=False)).steps
    found = [step.overlays for step in steps if isinstance(step, Redefine)]
    right = "web.s1.qcow2" if below else "web.s2.qcow2"
    assert found[0] == (("vda", file(right)),)
