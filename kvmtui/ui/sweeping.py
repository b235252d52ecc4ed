"""When garbage is looked for: while nobody presses a key.

To look at all there is takes longer than a key may, and Python would do it amid them.
"""

from __future__ import annotations

import gc
from functools import partial

from kvmtui.ui.typed_ahead import TypedAhead

YOUNG = (5_000, 20, 1_000_000)
"""New objects until some are looked at also amid keys; never all of them."""

TICK = 0.5
"""Seconds between two looks whether somebody presses keys."""

WORTH = 5_000
"""New objects that are worth it."""


def begin(app: TypedAhead) -> None:
    """From the first screen on, where nobody has looked for any until then."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*YOUNG)
        gc.enable()
        app.set_interval(TICK, partial(sweep, app))


def sweep(app: TypedAhead) -> None:
    """Looks for it, if there is any, and if nobody waits."""
    young, *older = gc.get_count()
    if app.rested < TICK or (young < WORTH and not any(older)):
        return
    gc.collect()
