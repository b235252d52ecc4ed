"""Values of any content: what a host, a guest, a file or another administrator could make."""

from __future__ import annotations

import builtins
import types
import typing
import unicodedata
from collections import abc
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from kvmtui.model.domain import Config, Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import Host
from tests.worlds import HOSTILE, NOW

NAMES = ("vda", "s1", "s2", "web", "/img/web.qcow2", "/img/web.s1.qcow2", "qcow2", "raw")
"""What is the same in several places, so that one thing fits the other."""

WORDS = ("internal", "external", "manual", "no", "file", "block", "network", "disk", "cdrom")
"""What libvirt means something by."""

ODD = (
    "",
    "/",
    "..",
    "\0",
    "a\0b",
    "\x1b]52;c;aGk=\x07",
    "\x1bP1$r\x1b\\",
    "\x90q\x9c",
    "\udc80\udcff",
    "\ud800",
    "a\u200b\u200d\ufeff\u2060b",
    "\U000e0041\U000e007f",
    "z" + "\u0336" * 500,
    "9" * 5000,
    "long " * 2000,
    'json:{"file":{"filename":"/x"}}',
    "nbd://10.0.0.1:1/x",
)

texts = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(WORDS),
    st.sampled_from((*HOSTILE.values(), *ODD)),
    st.text(st.characters(), max_size=12),
    st.text(
        st.sampled_from("\x00\x07\x1b[]0;m\r\n\t\x7f\x85\x9b\u202e\u2066\u200b ab/"), max_size=12
    ),
)

MOST = 10**30 - 1
"""The highest number that is read from a text."""

numbers = st.one_of(
    st.sampled_from((0, 1, 2, 1023, 2**31, 2**32, 2**40, 2**63 - 1, 2**64 - 1, MOST, NOW)),
    st.integers(0, MOST),
)

times = st.one_of(
    st.sampled_from((0.0, 0.5, NOW, 1e10, 1e18, 1e30)), st.floats(0, 1e30, allow_nan=False)
)

_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: numbers,
    float: times,
    bool: st.booleans(),
    NoneType: st.none(),
}


@cache
def of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the model, with something in every field of it."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    parts = get_args(kind)
    match get_origin(kind) or kind:
        case builtins.tuple if parts[-1] is Ellipsis:
            return st.lists(of(parts[0]), max_size=3).map(tuple)
        case builtins.tuple:
            return st.tuples(*map(of, parts))
        case abc.Mapping:
            return st.dictionaries(*map(of, parts), max_size=3)
        case builtins.frozenset:
            return st.frozensets(of(parts[0]), max_size=3)
        case typing.Union | types.UnionType:
            return st.one_of(*map(of, parts))
    return st.builds(kind, **{name: of(hint) for name, hint in get_type_hints(kind).items()})


def harmless(text: str) -> bool:
    """Whether a terminal obeys nothing in it, and a reader sees all that is in it."""
    plain = text.replace("\u200c", "").replace("\u200d", "")
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in plain)


def _domains() -> st.SearchStrategy[Any]:
    read = st.builds(replace, of(Domain), config=of(Config), forest=of(Forest))
    return st.lists(read, min_size=1, max_size=2).map(tuple)


hosts = st.builds(replace, of(Host), domains=_domains())
"""Hosts with something to draw."""
