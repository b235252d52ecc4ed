"""Names where nobody sees which are taken."""

from __future__ import annotations

import pytest

from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain
from kvmtui.model.value import replace
from kvmtui.plans.revert import new_files
from kvmtui.plans.steps import CreateSnapshot, StartOver
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import Revert
from tests.worlds import allowed, chained, file, inner, ref, world


def seen(of: Domain) -> Domain:
    """The domain where the files beside its images are known, and what they hold inside."""
    assert of.config is not None
    disks = tuple(
        replace(
            d,
            folder=frozenset(layer.source for layer in d.layers),
            layers=tuple(replace(layer, snapshots=(ImageSnapshot("i1", 0),)) for layer in d.layers),
        )
        for d in of.config.disks
    )
    return replace(of, config=replace(of.config, disks=disks))


@pytest.mark.parametrize(
    ("web", "name", "inside"), [(chained(1), "s1", False), (inner("i1"), "i1", True)]
)
def test_names_are_new_where_nobody_sees_which_are_taken(
    web: Domain, name: str, inside: bool
) -> None:
    """Whoever goes back three times meets the overlay of the first time, which nobody names."""
    then = "20261130-221040"
    for shown, suffix in ((seen(web), ""), (web, f"-{then}")):
        first, *rest = allowed(world(shown), Revert(ref(shown), name, moment=then)).steps
        assert isinstance(first, CreateSnapshot)
        assert first.name == f"before-revert{suffix}"
        over = [t.file for step in rest if isinstance(step, StartOver) for t in step.targets]
        assert over == ([] if inside else [file(f"web.s1-r{suffix}.qcow2")])
        subject = find(world(shown), ref(shown))
        assert isinstance(subject, Subject)
        looked = new_files(subject, Revert(ref(shown), name, moment=then))
        assert list(looked) == over
