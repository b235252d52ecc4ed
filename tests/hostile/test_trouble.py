"""What cannot be understood of one domain is its own trouble, and nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.base import Gone, Refused
from kvmtui.host.virt import reading
from kvmtui.host.virt.errors import translated
from kvmtui.model.world import Link
from tests.host.driver import driving
from tests.host.test_testdriver import node

STATES = {"bad": 1, "web1": 1, "web2": 5}

WRONG = (
    ArithmeticError("x"),
    AttributeError("x"),
    LookupError("x"),
    OSError(5, "x"),
    RecursionError("x"),
    TypeError("x"),
    ValueError("x"),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_any_fault_is_an_error_of_the_host(wrong: Exception) -> None:
    with pytest.raises(Refused, match="x"), translated():
        raise wrong


def test_an_error_of_the_host_stays_what_it_is() -> None:
    with pytest.raises(Gone), translated():
        raise Gone("gone")


@pytest.mark.parametrize("part", ["config", "forest"])
async def test_only_that_domain_is_in_trouble(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(reading, part)

    def broken(volumes: Any, domain: Any, **options: Any) -> Any:
        if domain.name() == "bad":
            raise ZeroDivisionError("odd")
        return real(volumes, domain, **options)

    monkeypatch.setattr(reading, part, broken)
    async with driving(node(tmp_path, STATES), tmp_path / "state") as driver:
        for name in ("web1", "web2"):
            await driver.meet(name)
        await driver.until_domain("bad", lambda domain: "odd" in domain.trouble)
        assert driver.host.link is Link.OPEN
        assert not any(d.trouble for d in driver.host.domains if d.name != "bad")
        assert getattr(driver.domain("bad"), part) is None
