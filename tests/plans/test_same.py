"""What is remembered of domains is found once, and forgotten with what it was found of."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.value import replace
from kvmtui.plans import same
from kvmtui.plans.same import of_each_domain
from tests.worlds import chained


def test_it_is_found_again_only_of_another_domain_or_for_other_reasons() -> None:
    asked: list[tuple[str, int]] = []

    @of_each_domain
    def find(domain: Domain, number: int) -> str:
        asked.append((domain.name, number))
        return f"{domain.name}{number}"

    web, mail = chained(1, "web"), chained(1, "mail")
    for _ in range(2):
        assert find(web, 1) == "web1"
        assert find(mail, 1) == "mail1"
    assert asked == [("web", 1), ("mail", 1)]
    assert find(web, 2) == "web2"
    assert find(replace(web, busy="at work"), 2) == "web2"
    assert asked[2:] == [("web", 2), ("web", 2)]


def test_nothing_is_kept_of_what_a_domain_was(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []

    @of_each_domain
    def find(domain: Domain) -> int:
        found.append(domain)
        return len(found)

    web, mail = chained(1, "web"), chained(1, "mail")
    later = replace(web, busy="at work")
    assert (find(web), find(later), find(web)) == (1, 2, 3)
    monkeypatch.setattr(same, "MOST", 1)
    assert (find(mail), find(web)) == (4, 5)
