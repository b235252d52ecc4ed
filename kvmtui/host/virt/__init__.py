"""libvirt, in plain values and blocking calls; the only package that imports it."""

import os

OUTPUTS = "LIBVIRT_LOG_OUTPUTS"
"""Where libvirt's logger writes; by default to stderr, which is the screen."""

unset = OUTPUTS not in os.environ
os.environ.setdefault(OUTPUTS, "4:file:/dev/null")

from kvmtui.host.virt.connection import Connection  # noqa: E402 - the logger must be set first
from kvmtui.host.virt.events import Change, Event  # noqa: E402
from kvmtui.host.virt.opening import Opener  # noqa: E402

if unset:  # it is read when libvirt is loaded, and programs started later shall log as they like
    del os.environ[OUTPUTS]

__all__ = ["Change", "Connection", "Event", "Opener"]
