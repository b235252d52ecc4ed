"""A domain with snapshots to walk into traps with; a daemon that dies of it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest

from kvmtui.host.virt import Opener
from tests.host.driver import driving
from tests.lab.daemon import Daemon
from tests.lab.domain import define_blank
from tests.lab.trees import Grow, Tree


class Plant(Protocol):
    async def __call__(self, *grow: Grow, disks: int = ..., running: bool = ...) -> Tree: ...


@pytest.fixture
async def plant(daemon: Daemon, tmp_path: Path) -> AsyncIterator[Plant]:
    """Grows a tree on the domain `blank`, off unless it is to run."""
    async with AsyncExitStack() as stack:

        async def grown(*grow: Grow, disks: int = 1, running: bool = False) -> Tree:
            domain = define_blank(daemon, "blank", tmp_path, mib=24, disks=disks)
            stack.callback(domain.remove)
            stack.push_async_callback(_alive, daemon)
            if running:
                domain.start()
            driver = await stack.enter_async_context(
                driving(Opener(daemon.remote), tmp_path / "state")
            )
            await driver.meet("blank")
            tree = Tree(driver, domain)
            for step in grow:
                await step(tree)
            return tree

        yield grown


async def _alive(daemon: Daemon) -> None:
    if not daemon.lives:
        await asyncio.to_thread(daemon.start)
