"""What a plan is made of: a domain that was read, on a host that can be reached."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.silence import QEMU, Silence
from kvmtui.model.value import replace
from kvmtui.model.world import Link, Ref
from kvmtui.plans import planner, subject
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Cancel, Create, Delete, Finish, Merge, Revert, Switch, Wish
from tests.worlds import (
    HOSTILE,
    NOW,
    URI,
    allowed,
    chained,
    disk,
    domain,
    file,
    ref,
    refused,
    world,
)

WEB = chained(2)
WISHES: tuple[Wish, ...] = (
    Create(ref(WEB), "new"),
    Revert(ref(WEB), "s1"),
    Delete(ref(WEB), "s1"),
    Merge(ref(WEB), "vda", file("web.s1.qcow2")),
    Switch(ref(WEB), Verb.PAUSE),
)
HUNG = replace(WEB, silence=Silence(NOW - 8, QEMU))
FORCE = Switch(ref(WEB), Verb.FORCE_OFF)
ENDING: tuple[Wish, ...] = (Cancel(ref(WEB), "vda"), Finish(ref(WEB), "vda"))


@pytest.mark.parametrize("wish", [*WISHES, *ENDING], ids=lambda w: type(w).__name__)
@pytest.mark.parametrize(
    ("host", "own", "rule"),
    [
        ({"link": Link.LOST}, {}, "link"),
        ({"link": Link.OPENING}, {}, "link"),
        ({"readonly": True}, {}, "read-only"),
        ({}, {"config": None}, "unread"),
        ({}, {"forest": None, "trouble": "timed out"}, "unread"),
        ({"link": Link.LOST, "readonly": True}, {"config": None}, "link"),
    ],
)
def test_nothing_is_planned_for_what_cannot_be_reached_or_was_not_read(
    wish: Wish, host: dict[str, Any], own: dict[str, Any], rule: str
) -> None:
    assert refused(world(replace(WEB, **own), **host), wish) == rule


@pytest.mark.parametrize("wish", WISHES, ids=lambda w: type(w).__name__)
def test_a_busy_domain_is_left_alone(wish: Wish) -> None:
    assert refused(world(replace(WEB, busy="merging")), wish) == "busy"
    assert refused(world(WEB), wish) == ""


@pytest.mark.parametrize("wish", WISHES, ids=lambda w: type(w).__name__)
def test_nothing_is_planned_that_would_hang_with_qemu(wish: Wish) -> None:
    assert refused(world(HUNG), wish) == "silent"
    slow = replace(WEB, silence=Silence(NOW - 8))
    assert refused(world(slow), wish) == ""


def test_what_is_stuck_or_at_work_can_be_forced_off() -> None:
    """Whatever hangs there, that ends it: nothing is read before, which might hang as well."""
    assert refused(world(HUNG), FORCE) == ""
    told = allowed(world(replace(HUNG, busy="merging")), FORCE)
    assert told.warnings == ("what kvmtui does with it now is cut short: merging",)
    assert planner.hurries(FORCE)
    assert not any(map(planner.hurries, (*WISHES, *ENDING)))


@pytest.mark.parametrize("wish", ENDING, ids=lambda w: type(w).__name__)
def test_a_job_can_be_ended_while_its_domain_is_busy(wish: Wish) -> None:
    assert refused(world(replace(WEB, busy="merging")), wish) == "no job"


@pytest.mark.parametrize("lost", [Ref(URI, "nobody"), Ref("nowhere", WEB.uuid)])
def test_what_is_gone_is_not_planned_for(lost: Ref) -> None:
    assert refused(world(WEB), Create(lost, "new")) == "no domain"
    assert isinstance(subject.find(world(WEB), None), Refusal)


def test_the_trouble_of_an_unread_domain_is_the_reason() -> None:
    made = planner.make(world(replace(WEB, config=None, trouble="timed out")), WISHES[0])
    assert isinstance(made, Refusal)
    assert "timed out" in made.reason
    assert str(made) == f"{made.reason}; {made.remedy}"
    assert str(replace(made, remedy="")) == made.reason


@pytest.mark.parametrize("wish", WISHES, ids=lambda w: type(w).__name__)
def test_the_same_world_gives_the_same_plan(wish: Wish) -> None:
    made = planner.make(world(WEB), wish)
    assert isinstance(made, Plan)
    assert made == planner.make(world(replace(WEB)), wish)


def test_others_using_a_file_are_the_other_domains_of_the_host() -> None:
    clone = domain("clone", *(WEB.config.disks if WEB.config else ()))
    found = subject.find(world(WEB, clone, domain("mail")), ref(WEB))
    assert isinstance(found, Subject)
    assert found.others_using(file("web.s1.qcow2")) == ("clone",)
    assert found.others_using(file("mail.qcow2")) == ("mail",)
    assert found.others_using("/elsewhere") == ()


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_every_wish_has_an_answer_whatever_the_domain_is_called(name: str) -> None:
    web = chained(2, name)
    wishes: tuple[Wish, ...] = (
        Create(ref(web), name),
        Revert(ref(web), "s1"),
        Delete(ref(web), "s1"),
        Merge(ref(web), "vda", file(f"{name}.s1.qcow2")),
    )
    for wish in wishes:
        made = planner.make(world(web), wish)
        assert isinstance(made, Plan | Refusal)


def test_a_pool_that_lists_a_folder_does_not_see_all_of_it() -> None:
    seen = replace(disk(file("web.qcow2")), folder=frozenset([file("web.qcow2"), file("x")]))
    for pooled in (True, False):
        shown = domain("web", replace(seen, pooled=pooled))
        found = subject.find(world(shown), ref(shown))
        assert isinstance(found, Subject)
        assert found.sees("/img") is not pooled
        assert file("x") in set(found.files())
