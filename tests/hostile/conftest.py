"""How many odd examples a run tries: few and always the same ones, or as many as one asks for."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

ASKED = os.environ.get("KVMTUI_EXAMPLES", "")

settings.register_profile(
    "kvmtui",
    max_examples=int(ASKED or 30),
    derandomize=not ASKED,
    print_blob=bool(ASKED),
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("kvmtui")
