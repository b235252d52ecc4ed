"""The fields of a modal, and the wish that their values stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kvmtui.model.value import Value
from kvmtui.model.world import Ref
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Wish

Values = Mapping[str, Any]
"""What the fields hold now, by their ids."""


class Line(Value):
    """A line of text; its value is followed as long as nobody typed another."""

    id: str
    label: str
    value: str = ""
    keep: bool = False
    """There to be changed: what is typed first does not replace it."""
    empty: str = ""
    """What it means that nothing stands there."""
    shown: bool = True


class Option(Value):
    """One of several answers; a refused one is dimmed with its reason."""

    value: Any
    label: str
    refusal: Refusal | None = None


class Choice(Value):
    """One of several answers."""

    id: str
    label: str
    options: tuple[Option, ...]
    value: Any
    upright: bool = False
    """An answer per line, for long ones."""
    stepped: bool = False
    """Only the chosen answer is shown, for many."""
    shown: bool = True


class Toggle(Value):
    """Yes or no; a refused one stays no."""

    id: str
    label: str
    value: bool
    refusal: Refusal | None = None
    shown: bool = True


Field = Line | Choice | Toggle


class Form(Value):
    """Asked in one modal together with the plan that comes of it."""

    ref: Ref
    title: str
    fields: Callable[[Subject, Values], tuple[Field, ...]]
    """Made again whenever a value or the world changes; ids stay the same, ``shown`` may not."""
    wish: Callable[[Values], Wish]
    while_busy: bool = False
    menu: bool = False
    """Its first choice is what was asked for, so the keys go there whatever stands first."""
