"""Every path in a document is found, wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from lxml import etree

from kvmtui.model import mentions, parse
from tests.hostile.mutation import CORPUS, documents

PATHS = etree.XPath(
    "//@*[starts-with(normalize-space(.), '/')]"
    " | //text()[starts-with(normalize-space(.), '/')]"
    " | //source/@volume",
    smart_strings=False,
)


def by_path(root: etree._Element) -> frozenset[str]:
    found = PATHS(root)
    assert isinstance(found, list)
    return frozenset(filter(None, (each.strip() for each in found if isinstance(each, str))))


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_else_is_found_in_what_libvirt_writes(name: str) -> None:
    root = parse.tree(CORPUS[name])
    assert mentions.names(root) == by_path(root)


@given(documents)
def test_nothing_is_missed_in_anything_else(text: str) -> None:
    try:
        root = parse.tree(text)
    except parse.Malformed:
        return
    assert mentions.names(root) >= by_path(root)


def test_odd_ways_to_write_a_path() -> None:
    root = parse.tree(
        "<a file=' /at&#10;tribute&quot;' b='&#47;entity' c='no/path'><!-- > --> /after<?p >?>"
        "/between<b>/te&amp;lt;xt</b> <![CDATA[/data<>]]><source volume='v 1'/><x volume='no'/></a>"
    )
    paths = {'/at\ntribute"', "/entity", "/after", "/between", "/te&lt;xt", "/data<>", "v 1"}
    assert by_path(root) == paths
    assert mentions.names(root) >= paths
