"""A record's heading says what the whole record says, and takes a fraction of the time."""

from __future__ import annotations

import pytest

from kvmtui.model import heading, parse
from kvmtui.model.outline import Entry
from tests.hostile.mutation import CORPUS
from tests.model.test_parse_snapshot import DOCUMENT

RECORDS = {name: text for name, text in CORPUS.items() if "<domainsnapshot" in text[:200]}
RECORDS["document"] = DOCUMENT


def told(text: str) -> Entry:
    """The same of the whole record."""
    read = parse.snapshot(text)
    return Entry(
        read.name, read.kind, read.parent, read.created, read.state, read.memory, read.description
    )


@pytest.mark.parametrize("name", RECORDS)
def test_it_says_what_the_record_says(name: str) -> None:
    assert heading.entry(RECORDS[name]) == told(RECORDS[name])


ODD = {
    "no definition": "<domainsnapshot><name>s</name></domainsnapshot>",
    "empty definition": "<domainsnapshot><domain/><name>s</name></domainsnapshot>",
    "two": "<domainsnapshot><name>s</name><domain type='x'><name>d</name></domain>"
    "<inactiveDomain type='x'><name>e</name></inactiveDomain><state>running</state>"
    "</domainsnapshot>",
    "names alike": "<domainsnapshot><domainname/><name>&lt;domain &gt;é</name><domain>"
    "<name>d</name><description>&lt;/domain&gt;</description></domain></domainsnapshot>",
    "RAM": "<domainsnapshot><name>s</name><memory snapshot='external' file='/r'/>"
    "<disks><disk name='vda' snapshot='no'/></disks><description> two\nlines </description>"
    "</domainsnapshot>",
    "in between": "<domainsnapshot><name>s</name><domain a='1'>\n<x/>\n</domain>"
    "<parent><name>p</name></parent></domainsnapshot>",
}


@pytest.mark.parametrize("case", ODD)
def test_also_where_it_looks_odd(case: str) -> None:
    assert heading.entry(ODD[case]) == told(ODD[case])


def test_nothing_of_a_definition_is_parsed() -> None:
    broken = "<domainsnapshot><name>s</name><domain id='1'><<<&&</domain></domainsnapshot>"
    assert heading.entry(broken).name == "s"
    with pytest.raises(parse.Malformed):
        heading.entry("<domainsnapshot><name>s</nam></domainsnapshot>")
