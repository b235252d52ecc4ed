"""When garbage is looked for: while nobody presses a key.

To look at all there is takes as long as several keys where a thousand domains are known, and Python
would do it amid them.
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

LOADED = 50_000
"""Objects of which most will stay: many domains were read. They are not looked at again.

What belongs to a screen must not be among them: it is garbage once that is closed.
"""


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
    if len(app.screen_stack) == 1 and len(gc.get_objects(generation=2)) > LOADED:
        gc.freeze()
