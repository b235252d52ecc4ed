"""libvirt's objects as a broken or hostile daemon would fill them: right types, any content."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import libvirt
from hypothesis import strategies as st

from tests.hostile.mutation import documents
from tests.hostile.values import texts

Draw = Callable[[st.SearchStrategy[Any]], Any]

_INT = st.one_of(st.sampled_from((0, 1, 2, 5, 2**31 - 1, -1, -(2**31))), st.integers(-9, 9))
_LONG = st.one_of(st.sampled_from((0, 1, 2**63, 2**64 - 1)), st.integers(0, 2**64 - 1))
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts, st.just("frozen")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(("return", "version", "error")), inner, max_size=3),
    ),
    max_leaves=6,
)
_KEYS = (
    "state.state", "state.reason", "block.count", "block.0.name", "block.0.path",
    "block.0.physical", "block.0.capacity", "block.0.allocation", "block.0.backingIndex",
    "type", "cur", "end", "bandwidth", "data_processed", "data_total", "hostname",
    "os.pretty-name", "if.count", "if.0.addr.count", "if.0.addr.0.addr", "fs.count",
    "fs.0.mountpoint", "fs.0.fstype", "fs.0.total-bytes", "fs.0.used-bytes", "fs.0.disk.count",
    "fs.0.disk.0.alias",
)  # fmt: skip
_PARAMETERS = st.dictionaries(
    st.sampled_from(_KEYS),
    st.one_of(_INT, _LONG, texts, st.booleans(), st.floats()),
    min_size=4,
    max_size=20,
)
"""What typed parameters become: numbers, texts and truths, whichever the daemon sent."""

_ERRORS = st.sampled_from((1, 8, 9, 29, 38, 42, 43, 55, 67, 68, 72, 86, 112, 99_999))

_VALUES = {
    "XMLDesc getXMLDesc getCapabilities managedSaveGetXMLDesc saveImageGetXMLDesc": documents,
    "name getName UUIDString getType getHostname path": texts,
    "getURI": st.sampled_from(("test:///x", "qemu+ssh://host/system", "qemu:///system", "[")),
    "hasManagedSaveImage isPersistent isActive getLibVersion": _INT,
    "blockInfo": st.lists(_LONG, min_size=3, max_size=3),
    "info": st.lists(_LONG, min_size=4, max_size=4),
    "blockJobInfo jobStats guestInfo": _PARAMETERS,
    "listVolumes": st.lists(texts, max_size=3),
    "agent": st.one_of(texts, _JSON.map(json.dumps), st.just("[" * 100_000)),
}
_OBJECTS = "snapshotCurrent snapshotLookupByName lookupByUUIDString connect storageVolLookupByPath \
storagePoolLookupByName storageVolLookupByName"
_LISTS = "listAllSnapshots listAllCheckpoints listAllStoragePools listAllDomains"
_ROWS = "getAllDomainStats domainListGetStats"


@cache
def _kinds() -> dict[str, st.SearchStrategy[Any]]:
    return {name: kind for names, kind in _VALUES.items() for name in names.split()}


class Odd:
    """Any object of libvirt: what it is asked is drawn anew each time, errors included."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *_arguments: self.answer(method)

    def answer(self, method: str) -> Any:
        """What a call of libvirt gives."""
        if self._draw(st.integers(0, 19)) == 19:
            raise error(self._draw(_ERRORS), self._draw(texts))
        if method in _kinds():
            return self._draw(_kinds()[method])
        if method in _OBJECTS.split():
            return Odd(self._draw)
        many = range(self._draw(st.integers(0, 3)))
        if method in _LISTS.split():
            return [Odd(self._draw) for _ in many]
        if method in _ROWS.split():
            return [(Odd(self._draw), self._draw(_PARAMETERS)) for _ in many]
        return 0


def error(code: int, message: str) -> libvirt.libvirtError:
    """What libvirt's binding raises."""
    made = libvirt.libvirtError(message)
    made.err = (code, 10, message, 2, "", "", "", -1, -1)
    return made
