"""Of equal parts only one is kept, and nothing else changes."""

from __future__ import annotations

from kvmtui.model import parse
from kvmtui.model.sharing import Shared
from tests.hostile.mutation import CORPUS

TEXT = CORPUS["snapshot-ram-9.0"]


def test_two_records_of_one_domain_share_what_is_equal() -> None:
    shared = Shared()
    first, second = parse.snapshot(TEXT), parse.snapshot(TEXT)
    assert first.definition is not second.definition
    kept, again = shared.snapshot(first), shared.snapshot(second)
    assert (kept, again) == (first, second)
    assert kept.definition is again.definition
    assert kept.disks[0] is again.disks[0]
    assert kept.disks[0].base is again.disks[0].base


def test_values_of_other_types_are_not_mixed_up() -> None:
    shared = Shared()
    values = (True, 1, "", None, 1.0, True)
    assert [type(shared.value(value)) for value in values] == [type(value) for value in values]


def test_a_path_is_one_text_in_all_domains_definitions_and_listings() -> None:
    record, other = (Shared().snapshot(parse.snapshot(TEXT)) for _ in range(2))
    assert record.disks[0] is not other.disks[0]
    assert record.disks[0].base is other.disks[0].base
    found = {path: path for path in parse.record(TEXT)[1]}
    assert found[record.disks[0].base] is record.disks[0].base
    disks = [parse.domain(CORPUS["off-9.0"]).disks[0] for _ in range(2)]
    assert disks[0].layers[0].source is disks[1].layers[0].source
