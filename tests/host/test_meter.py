"""Rates are taken over minutes, and are silent while they stay the same."""

from __future__ import annotations

import pytest

from kvmtui.host.meter import LEAST, WINDOW, Meter, Size
from kvmtui.model.growth import Growth


def at(meter: Meter, now: float, used: int, **fields: object) -> tuple[Growth, ...]:
    size = Size(str(fields.get("disk", "vda")), str(fields.get("source", "/a")), used, 10**9)
    return meter.read(str(fields.get("uuid", "u")), now, (size,))


def test_a_rate_needs_more_than_a_burst() -> None:
    meter = Meter()
    assert at(meter, 0, 0) == ()
    assert at(meter, LEAST - 1, 10**9) == ()
    assert at(meter, LEAST, 45 * 10**6) == (Growth("vda", "/a", 10**6, 10**9),)


def test_what_goes_on_as_before_is_equal() -> None:
    meter = Meter()
    at(meter, 0, 0)
    seen = {at(meter, now, now * 10**6 + now % 3 * 1000) for now in range(60, 2000, 20)}
    assert len(seen) == 1


def test_only_the_last_minutes_count_and_what_shrinks_does_not_grow() -> None:
    meter = Meter()
    at(meter, 0, 0)
    at(meter, WINDOW / 2, 10**9)
    assert at(meter, WINDOW + 1, 10**9)[0].rate == 0
    assert at(meter, WINDOW + 60, 10**6)[0].rate == 0


@pytest.mark.parametrize("other", [{"source": "/b"}, {"disk": "vdb"}, {"uuid": "v"}])
def test_another_layer_disk_or_domain_begins_anew(other: dict[str, str]) -> None:
    meter = Meter()
    at(meter, 0, 0)
    assert at(meter, 100, 100 * 10**6, **other) == ()


def test_what_is_not_told_any_more_is_forgotten() -> None:
    meter = Meter()
    at(meter, 0, 0)
    assert meter.read("u", 50, ()) == ()
    assert at(meter, 100, 10**9) == ()
