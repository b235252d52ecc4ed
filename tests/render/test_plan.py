"""A plan as its confirmation shows it."""

from __future__ import annotations

import pytest

from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Power, RemoveFile, SetTime, Step, Verb
from kvmtui.render.plan import entries


@pytest.mark.parametrize(
    ("step", "waits"), [(SetTime("web"), True), (RemoveFile("web", "/img/a", False), False)]
)
def test_only_what_an_agent_does_depends_on_its_answer(step: Step, waits: bool) -> None:
    plan = Plan(
        Ref("qemu:///system", "u"), "Start web", "Start", (Power("web", Verb.START),),
        afterwards=(step,),
    )  # fmt: skip
    does = [told.plain for word, told in entries(plan) if told.plain.startswith("2. ")]
    assert does == [f"2. {step.says}{', if its agent answers' if waits else ''}"]
