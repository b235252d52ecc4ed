"""What the screen needs of the hosts behind it; ``host.fleet.Fleet`` is the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from kvmtui.host.journal import Journal
from kvmtui.model.domain import Domain
from kvmtui.model.world import Ref, World

if TYPE_CHECKING:
    from kvmtui.host.perform import Outcome
    from kvmtui.model.comparison import Comparison
    from kvmtui.plans.plan import Plan


class Hosts(Protocol):
    """A world that changes by itself and by plans."""

    note: str
    journal: Journal

    @property
    def world(self) -> World:
        """Everything known now."""

    def subscribe(self, subscriber: Callable[[World], None]) -> None:
        """Has every new world told, on the event loop."""

    async def run(self) -> None:
        """Follows the hosts until cancelled."""

    def attend(self) -> None:
        """A key was pressed: what nobody waits for must not hold up the next one."""

    def select(self, ref: Ref | None) -> None:
        """The domain that is looked at."""

    def refresh(self, ref: Ref | None = None) -> None:
        """Reads again what is on the screen."""

    async def fresh(self, ref: Ref) -> Domain:
        """One domain, read now. Raises ``HostError``."""

    async def definition(self, ref: Ref, *, next_start: bool) -> str:
        """The domain's XML, read now. Raises ``HostError``."""

    async def record(self, ref: Ref, snapshot: str) -> str:
        """A snapshot's XML, read now. Raises ``HostError``."""

    async def changes(self, ref: Ref, snapshot: str) -> Comparison:
        """What changed in the definition since a snapshot. Raises ``HostError``."""

    async def look(self, ref: Ref, paths: tuple[str, ...]) -> None:
        """Has the world tell what is at these paths of a host. Raises ``HostError``."""

    async def perform(self, plan: Plan) -> Outcome:
        """Carries a plan out."""

    async def give_back(self) -> tuple[str, ...]:
        """Gives guests back what plans have taken from them meanwhile; tells what did not work."""

    def close(self) -> None:
        """Waits for nothing."""
