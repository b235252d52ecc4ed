"""A walk that went wrong, made as short as it can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kvmtui.model.value import replace
from kvmtui.plans.wishes import Delete, Merge, Revert, Wish
from tests.plans.simulated.walk import Spoilt, Turn, Walk

New = Callable[[], Walk]


def shortest(new: New, turns: Sequence[Turn]) -> Spoilt | None:
    """What is left to be told of it; None if it does not go wrong again."""
    left, found = list(turns), _wrong(new, turns)
    tried = found
    while tried is not None:
        tried = None
        for shorter in _shorter(left):
            tried = _wrong(new, shorter)
            if tried is not None and _kind(tried) == _kind(found):
                left, found = shorter, tried
                break
            tried = None
    return found


def _kind(wrong: Spoilt | None) -> str:
    """The words of its first line that name nothing."""
    words = str(wrong).partition("\n")[0].split()
    return " ".join(word for word in words if word.isalpha())


def _wrong(new: New, turns: Sequence[Turn]) -> Spoilt | None:
    walk = new()
    try:
        walk.follow(turns)
    except Spoilt as spoilt:
        return spoilt
    return None


def _shorter(turns: list[Turn]) -> list[list[Turn]]:
    """Without some of it, the greatest parts first; or with plainer wishes."""
    found, size = [], len(turns) // 2
    while size:
        found += [turns[:at] + turns[at + size :] for at in range(0, len(turns), size)]
        size //= 2
    for at, turn in enumerate(turns):
        for plain in (*_plainer(turn.wish), turn.wish):
            for other in (Turn(plain, None, 1), Turn(plain, turn.length, 1), turn):
                if other != turn and _weight(other) <= _weight(turn):
                    found.append([*turns[:at], other, *turns[at + 1 :]])
    return [shorter for shorter in found if shorter != turns]


def _weight(turn: Turn) -> int:
    return 2 * (turn.length is not None) + (turn.seconds != 1)


def _plainer(wish: Wish) -> tuple[Wish, ...]:
    if isinstance(wish, Revert) and wish.safety:
        return (replace(wish, safety=False),)
    if isinstance(wish, Delete) and wish.marked:
        return (replace(wish, marked=()),)
    if isinstance(wish, Delete) and wish.children:
        return (replace(wish, children=False),)
    if isinstance(wish, Merge) and (wish.keep or wish.others):
        return (replace(wish, keep=False, others=False),)
    return ()
