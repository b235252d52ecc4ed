"""Makes libvirt take a superuser for an ordinary user while it opens the embedded host.

The QEMU driver decides once, at the first open, whether it is the host's own privileged driver.
As that it would want the account of the distribution's QEMU, cgroups and folders of the system's
libvirt; as an ordinary user's driver it keeps to its root folder.
"""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534
"""User id where no user is called nobody."""


@contextlib.contextmanager
def as_ordinary_user(root: Path) -> Iterator[None]:
    """Run the block, and every other thread meanwhile, with an ordinary user's effective id.

    The root folder belongs to that user for so long. Without superuser rights, nothing happens.

    Raises:
        OSError: this superuser may not change its user id.
    """
    if os.geteuid() != 0:
        yield
        return
    try:
        user = pwd.getpwnam("nobody").pw_uid
    except KeyError:
        user = NOBODY
    _give(root, user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        _give(root, 0)


def _give(root: Path, user: int) -> None:
    """Change the owner of a folder and of all below it, following no links."""
    for folder, _, files in os.walk(root):
        for path in (folder, *(os.path.join(folder, file) for file in files)):
            os.chown(path, user, -1, follow_symlinks=False)
