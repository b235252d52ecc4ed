"""Hosts and domains found and replaced without changing what is equal."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import State
from kvmtui.model.value import replace
from kvmtui.model.world import Facts, Host, Ref, World
from tests.worlds import URI, chained, domain, file, host, ref

WEB, MAIL = chained(2), domain("mail")
OTHER = "qemu+ssh://node2/system"
BOTH = World((host(WEB, MAIL), host(domain("web"), uri=OTHER)))


def test_the_very_same_world_when_nothing_differs() -> None:
    equal = replace(BOTH.hosts[0], domains=tuple(replace(d) for d in BOTH.hosts[0].domains))
    assert equal is not BOTH.hosts[0]
    assert BOTH.with_host(equal) is BOTH


def test_one_host_is_replaced_and_the_others_are_the_same() -> None:
    changed = BOTH.with_host(host(WEB))
    assert changed.hosts == (host(WEB), BOTH.hosts[1])
    assert changed.hosts[1] is BOTH.hosts[1]


def test_the_very_same_host_when_the_domain_does_not_differ() -> None:
    here = BOTH.hosts[0]
    assert here.with_domain(replace(WEB)) is here
    off = replace(WEB, state=State.OFF)
    assert here.with_domain(off).domains == (off, MAIL)
    assert here.with_domain(domain("unknown")).domains == here.domains


def test_a_reference_is_of_one_host() -> None:
    assert BOTH.find(ref(WEB)) == (BOTH.hosts[0], WEB)
    assert BOTH.find(ref(WEB, OTHER)) == (BOTH.hosts[1], domain("web"))


@pytest.mark.parametrize(
    "lost", [None, Ref(URI, "nobody"), Ref("nowhere", WEB.uuid), ref(MAIL, OTHER)]
)
def test_what_is_not_there_is_not_found(lost: Ref | None) -> None:
    assert BOTH.find(lost) is None


@pytest.mark.parametrize(
    ("uri", "settled", "label"),
    [
        ("", "", "the default host"),
        ("", "qemu:///session", "qemu:///session"),
        (URI, "", URI),
        ("qemu:///", URI, URI),
    ],
)
def test_a_host_is_called_by_the_uri_that_libvirt_settled_on(
    uri: str, settled: str, label: str
) -> None:
    assert Host(uri, facts=Facts(uri=settled)).label == label


@pytest.mark.parametrize(("hypervisor", "expected"), [("QEMU", True), ("TEST", False)])
def test_the_test_driver_has_no_block_jobs(hypervisor: str, expected: bool) -> None:
    assert Facts(hypervisor=hypervisor).has_block_jobs is expected


@pytest.mark.parametrize(
    ("state", "expected"), [(s, s not in (State.OFF, State.UNKNOWN)) for s in State]
)
def test_a_domain_is_active_while_qemu_runs_for_it(state: State, expected: bool) -> None:
    assert state.active is expected


def test_a_domain_finds_the_layer_that_a_file_is() -> None:
    held = WEB.holds(file("web.s1.qcow2"))
    assert held is not None
    disk, layer = held
    assert (disk.target, disk.position(layer.source)) == ("vda", 1)
    assert disk.position("/elsewhere") is None
    assert WEB.holds("/elsewhere") is None
    assert replace(WEB, config=None).holds(layer.source) is None


def test_where_a_domain_stands_is_only_a_hint() -> None:
    here = BOTH.hosts[0]
    names = [d.name for d in here.domains]
    for order in ({}, {WEB.uuid: 0, MAIL.uuid: 1}, {WEB.uuid: 1, MAIL.uuid: 0}, {WEB.uuid: 7}):
        hinted = replace(here, order=order)
        assert hinted == here
        assert (hinted.domain(WEB.uuid), hinted.domain(MAIL.uuid)) == (WEB, MAIL)
        assert hinted.domain("nobody") is None
        changed = hinted.with_domains([replace(MAIL, state=State.OFF), domain("unknown")])
        assert [d.name for d in changed.domains] == names
        assert changed.domain(MAIL.uuid) == replace(MAIL, state=State.OFF)
        assert hinted.with_domains([replace(MAIL), replace(WEB)]) is hinted
