"""Any document is read or called malformed, and what is read is drawn and planned with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvmtui.host.virt import compose, past, record
from kvmtui.model import comparison, parse, volume
from kvmtui.model.domain import Config, Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.world import World
from kvmtui.plans import health
from kvmtui.plans.steps import Amend, EditRecord
from kvmtui.render import chain, report, snapshots
from tests.hostile.mutation import CORPUS, documents
from tests.hostile.values import harmless, texts
from tests.worlds import NOW, host

READERS: tuple[Callable[[str], object], ...] = (
    parse.domain,
    parse.snapshot,
    parse.identity,
    parse.has_external_revert,
    volume.read,
    lambda text: parse.pool_folder(text, ("dir",)),
    lambda text: list(parse.needed(text)),
)

AMEND = Amend("web", "vda", "/dev/vg0/web-s1", "/dev/vg0/web", "block", "qcow2", ("s2",))
EDIT = EditRecord("web", "s1", name="s2", description="", parent="s0")

WRITERS: tuple[Callable[[str], str], ...] = (
    lambda text: record.below(text, "s1"),
    lambda text: record.standing_on(text, AMEND),
    lambda text: compose.with_overlays(text, (("vda", "/a"),)),
    lambda text: compose.edited(text, EDIT),
    lambda text: past.definition(text, CORPUS["off-9.0"], ("vda",)),
    lambda text: past.running(text, {"vda": "/a"}),
)
"""What makes another document of one, and says by ``ValueError`` that it cannot."""


@given(documents)
def test_what_libvirt_never_wrote(text: str) -> None:
    for read in READERS:
        with suppress(parse.Malformed):
            read(text)
    for write in WRITERS:
        with suppress(ValueError):
            assert parse.tree(write(text)).tag in ("domain", parse.tree(text).tag)


@given(texts)
def test_what_is_no_document_at_all(text: str) -> None:
    for read in READERS:
        with pytest.raises(parse.Malformed):
            read(text)


def _read(reader: Callable[[str], Any], text: str, otherwise: Any) -> Any:
    try:
        return reader(text)
    except parse.Malformed:
        return otherwise


@given(documents, st.lists(documents, max_size=3))
def test_what_was_read_of_it_is_drawn(definition: str, records: list[str]) -> None:
    config = _read(parse.domain, definition, Config())
    taken = [_read(parse.snapshot, text, None) for text in records]
    forest = Forest(tuple(filter(None, taken)), taken[0].name if taken and taken[0] else None)
    web = Domain("u", "web", config=config, forest=forest)
    here = host(web)
    health.findings(here, web)
    rows = [*chain.rows(here, web, 80), *snapshots.rows(web, 80, NOW)]
    assert all(harmless(row.text.plain) for row in rows)
    assert harmless(report.domain(World((here,)).hosts[0], web, NOW).replace("\n", ""))


@given(documents, documents)
def test_any_two_are_compared(then: str, now: str) -> None:
    with suppress(ValueError):
        comparison.compare(then, now, {"vda": {"/a"}})
