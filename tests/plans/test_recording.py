"""No snapshot is taken, and no record rewritten, where libvirt could not write it down."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.value import replace
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, Edit, Merge, Pull, Revert, Switch, Wish
from tests.worlds import V9, V12, chained, file, ref, refused, world

FOLDER = "/var/lib/libvirt/qemu/snapshot"
RULE = "no room for records"


def full(**fields: Any) -> Domain:
    return chained(2, cramped=FOLDER, **fields)


def roomy(of: Domain) -> Domain:
    assert of.config is not None
    return replace(of, config=replace(of.config, cramped=""))


WEB = ref(full())


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        (Create(WEB, "s3"), RULE),
        (Revert(WEB, "s1"), RULE),
        (Revert(WEB, "s1", safety=False), RULE),
        (Edit(WEB, "s1", "s1", "told"), RULE),
        (Delete(WEB, "s1", cancellable=True), RULE),
        # what makes room, or records nothing
        (Delete(WEB, "s1"), ""),
        (Delete(WEB, "s2", metadata_only=True), ""),
        (Merge(WEB, "vda", file("web.qcow2")), ""),
        (Pull(WEB, "vda"), ""),
        (Switch(WEB, Verb.FORCE_OFF), ""),
    ],
)
def test_what_would_lose_a_record_is_refused(wish: Wish, rule: str) -> None:
    assert refused(world(full(), libvirt=V12), wish) == rule
    assert refused(world(roomy(full()), libvirt=V12), wish) == ""


def test_records_that_an_old_libvirt_rewrites_are_put_back_only_where_there_is_room() -> None:
    forget = Delete(WEB, "s1", metadata_only=True)
    assert refused(world(full(state=State.OFF), libvirt=V9), forget) == RULE
    assert refused(world(full(state=State.OFF), libvirt=V12), forget) == ""
