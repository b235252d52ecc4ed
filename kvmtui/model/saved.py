"""RAM that ``virsh save`` wrote into a file of its own."""

from __future__ import annotations

from kvmtui.model.value import Value


class SavedRam(Value):
    """What such a file says; of one that holds no RAM only ``trouble`` is known."""

    trouble: str = ""
    """Why nothing can be started from it; empty when it holds RAM."""
    uuid: str = ""
    name: str = ""
    """The domain whose RAM it is."""
    disks: tuple[tuple[str, str], ...] = ()
    """(target, source) of the disks that the domain wrote to when it was saved."""
    written: float | None = None
    """When the file was written, in seconds since 1970; None where nobody could look."""
    clock: str = ""
    """Whose time that is: a file server's, or the machine's own (empty)."""
