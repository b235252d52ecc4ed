"""How the tests are dealt out to pytest-xdist's workers."""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

from tests.lab.versions import HOST, OTHERS

_DEBIAN = re.compile(rf"[\[-]({'|'.join((HOST, *OTHERS))})[\]-]")


def unit(nodeid: str) -> str:
    """The tests of one file stay together, those on each Debian's libvirt for themselves."""
    file, _, test = nodeid.partition("::")
    debian = _DEBIAN.search(test)
    return f"{file} {debian[1]}" if debian else file


class Units(LoadScopeScheduling):
    """Gives a unit to whoever is free; in a unit the order is that of the file."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
