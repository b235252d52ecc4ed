"""How the tests are dealt out to pytest-xdist's workers."""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.lab.versions import HOST, OTHERS

_DEBIAN = re.compile(rf"[\[-]({'|'.join((HOST, *OTHERS))})[\]-]")


def unit(nodeid: str) -> str:
    """The tests of one file stay together, those on each Debian's libvirt for themselves."""
    file, _, test = nodeid.partition("::")
    debian = _DEBIAN.search(test)
    return f"{file} {debian[1]}" if debian else file


class Units(LoadScopeScheduling):
    """Gives a unit to whoever is free; in a unit the order is that of the file.

    A test that took its worker with it is not tried again, as xdist would until no worker is left.
    """

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def remove_node(self, node: WorkerController) -> str | None:
        left = (test for unit in self.assigned_work[node].values() for test in unit.items())
        ended = next((name for name, completed in left if not completed), None)
        if ended is not None:
            self.assigned_work[node][self._split_scope(ended)][ended] = True
        super().remove_node(node)
        return ended
