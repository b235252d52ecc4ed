"""Remembering what was found of a large value, without comparing it with others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Generic, TypeVar, TypeVarTuple

from kvmtui.model.domain import Domain

T = TypeVar("T")
More = TypeVarTuple("More")

MOST = 16_384
"""Domains of which something is remembered: as many as libvirt lists of a host."""


class Same(Generic[T]):
    """Equal only to the very same value: values of the world are replaced, never changed."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it


def of_each_domain(find: Callable[[Domain, *More], T]) -> Callable[[Domain, *More], T]:
    """Remembers what was found of a domain until it is another, and nothing of what it was."""
    known: dict[str, tuple[Domain, tuple[object, ...], T]] = {}

    @wraps(find)
    def found(domain: Domain, *more: *More) -> T:
        before = known.get(domain.uuid)
        if before is not None and before[0] is domain and before[1] == more:
            return before[2]
        made = find(domain, *more)
        known.pop(domain.uuid, None)  # found last, so kept longest
        known[domain.uuid] = (domain, more, made)
        if len(known) > MOST:
            del known[next(iter(known))]
        return made

    return found
