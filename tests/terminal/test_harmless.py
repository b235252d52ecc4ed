"""Not one byte of a name reaches the terminal as an order, whatever is looked at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml.builder import E

from tests.terminal.conftest import Plain, running
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.terminal

ORDERS = "\x9b2J\x9d52;c;aGk=\x9c\x90q\x9c\u202e\u2066\u200b\u2028\x85[red]"
"""Orders as XML can hold them: of ESC and the like it can hold nothing."""

SEQUENCES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\]22;default\x07")
"""What Textual itself writes."""


TEST = "http://libvirt.org/schemas/domain/test/1.0"


def _node() -> bytes:
    return etree.tostring(E.node(_domain("one"), _domain("two")))


def _domain(name: str) -> Any:
    disk = E.disk(E.source(file=f"/nowhere/{ORDERS}"), E.target(dev="vda"), type="file")
    made: etree._Element = E.domain(
        E.name(f"{name}{ORDERS}"),
        E.title(f"title{ORDERS}"),
        E.description(f"about{ORDERS}"),
        E.memory("65536"),
        E.os(E.type("hvm")),
        E.devices(disk),
        type="test",
    )
    taken = etree.SubElement(made, f"{{{TEST}}}domainsnapshot")
    taken.extend((E.name(f"s1{ORDERS}"), E.description(f"then{ORDERS}"), E.state("running")))
    taken.extend((E.creationTime("1795000000"), E.active("1"), deepcopy(made)))
    return made


@pytest.fixture
def uri(tmp_path: Path) -> str:
    (tmp_path / "node.xml").write_bytes(_node())
    return f"test://{tmp_path}/node.xml"


@pytest.fixture
def screen(uri: str, tmp_path: Path) -> Iterator[Terminal]:
    with running(tmp_path, "-c", uri) as terminal:
        terminal.until("s1")
        yield terminal


def check(raw: bytes | bytearray) -> None:
    """Only Textual's own sequences, and characters that are seen."""
    text = SEQUENCES.sub(b"", raw).decode()
    odd = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert odd <= {"\r", "\n", "\t"}, ascii(odd)


def test_whatever_is_opened(screen: Terminal) -> None:
    for keys in ("1v", "2gv", "2gD", "2gr", "2ge", "s", "3c"):
        screen.press(*keys)
        screen.still()
        screen.press("escape")
    screen.press("q")
    assert screen.ends(5) == 0
    check(bytes(screen.display.raw))


def test_whatever_is_printed(uri: str, plain: Plain) -> None:
    name = f"one{ORDERS}"
    for words in (("show",), ("show", name)):
        done = plain("-c", uri, *words)
        assert "one" in done.stdout
        check((done.stdout + done.stderr).encode())
