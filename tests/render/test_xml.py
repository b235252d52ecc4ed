"""XML and differences as pages: every character is there, and none does anything."""

from __future__ import annotations

import pytest

from kvmtui.model.comparison import GAP, Comparison
from kvmtui.render import xml
from kvmtui.render.row import ACCENT, BAD, GOOD, QUIET
from tests.worlds import HOSTILE

DOCUMENT = "<domain type='kvm'>\n  <name>web</name>\n  <acpi/>\n</domain>\n"


def styled(shown: str, style: str) -> set[str]:
    text = xml.page(shown, "virsh dumpxml --domain web")
    return {text.plain[span.start : span.end] for span in text.spans if span.style == style}


def test_the_virsh_line_stands_over_the_document_as_libvirt_wrote_it() -> None:
    page = xml.page(DOCUMENT, "virsh dumpxml --domain web").plain
    assert page == f"$ virsh dumpxml --domain web\n\n{DOCUMENT}"


def test_tags_are_coloured_and_what_is_around_them_steps_back() -> None:
    assert styled(DOCUMENT, ACCENT) == {"domain", "name", "acpi"}
    assert {"<", "</", "/>", ">", "type="} <= styled(DOCUMENT, QUIET)


def test_what_the_elements_hold_is_not_dimmed() -> None:
    page = xml.page(DOCUMENT, "")
    assert not page.style
    assert not any(span.start <= page.plain.index("web") < span.end for span in page.spans)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_only_text(name: str) -> None:
    page = xml.page(f"<name>{name}</name>", name)
    compared = xml.changes(Comparison((name,), (f"-{name}",)), name)
    for text in (page, compared):
        assert all(char == "\n" or char.isprintable() or ord(char) > 0x200 for char in text.plain)
        assert "[red]" in text.plain or name != HOSTILE["style"]


def test_the_words_come_before_the_lines() -> None:
    lines = (" <a>", "-<b/>", "+<c/>", GAP, " <d/>")
    text = xml.changes(Comparison(("2 vCPUs then, 4 now",), lines), "diff")
    assert text.plain == "2 vCPUs then, 4 now\n\n$ diff\n\n <a>\n-<b/>\n+<c/>\n⋯\n <d/>\n"
    found = {text.plain[s.start : s.end].strip(): s.style for s in text.spans}
    assert (found["-<b/>"], found["+<c/>"], found[GAP]) == (BAD, GOOD, QUIET)


def test_no_difference_and_small_ones_are_said_too() -> None:
    assert "what it was then" in xml.changes(Comparison((), ()), "").plain
    assert "only this differs" in xml.changes(Comparison((), ("-<a/>",)), "").plain
