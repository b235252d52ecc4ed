"""Walks on every libvirt of the lab: what is behind the same keys differs from one to another."""

from __future__ import annotations

from tests.lab.conftest import (  # noqa: F401 - fixtures are found by their names
    daemon,
    guest,
    image,
    new_blank,
)
