"""The screen: Textual draws what the other layers know."""

from __future__ import annotations

import os

DEFAULTS = {"TEXTUAL_FPS": "250", "ESCDELAY": "20"}
"""What Textual reads when it is loaded, unless the user has set it.

What a key draws beside its own pane follows after one frame, 16 ms with Textual's own 60 a second.
Bytes of one key come together, so that an escape alone is a key after some milliseconds.
"""

for _name, _value in DEFAULTS.items():
    os.environ.setdefault(_name, _value)
