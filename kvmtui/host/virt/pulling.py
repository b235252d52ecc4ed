"""Whether sizes may be asked for: QEMU 7.2 crashes when they are, just as a pull comes to its end.

What kills it is ``query-named-block-nodes``, which libvirt sends for block statistics and for
``virDomainGetBlockInfo`` of a running domain. Asking for jobs is harmless, and as long as libvirt
tells of none QEMU has finished with the chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.model.disk import Disk


def pulls(domain: Any, disks: Iterable[Disk]) -> bool:
    """Whether layers of a disk are being pulled up into another; a single layer cannot be."""
    for disk in disks:
        if disk.writable and len(disk.layers) > 1:
            with suppress(libvirt.libvirtError):
                job = domain.blockJobInfo(disk.target, 0)
                if job and job.get("type") == libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL:
                    return True
    return False
