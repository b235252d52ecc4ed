"""The main screen: panes over one view, and the cursors that move it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from kvmtui.model.value import replace
from kvmtui.model.world import Ref, World
from kvmtui.render import silence, snapshots
from kvmtui.render.row import QUIET
from kvmtui.render.words import safe
from kvmtui.ui.commands import COMMANDS, Command
from kvmtui.ui.keys import Keys
from kvmtui.ui.later import later
from kvmtui.ui.lines import Lines
from kvmtui.ui.panes.chain import Chain
from kvmtui.ui.panes.details import Details
from kvmtui.ui.panes.domains import Domains
from kvmtui.ui.panes.guest import GuestAgent
from kvmtui.ui.panes.jobs import Jobs
from kvmtui.ui.panes.snapshots import Snapshots
from kvmtui.ui.sizes import Fitting
from kvmtui.ui.sparing import Sparing
from kvmtui.ui.typed_ahead import TypedAhead
from kvmtui.ui.vanished import Vanished, forgiven
from kvmtui.ui.view import View

if TYPE_CHECKING:
    from kvmtui.host.perform import Outcome

SECOND = 1.0
"""Seconds for which what was drawn with the time of then is good enough."""

AGES = 20.0
"""Seconds between two looks whether a shown age has changed."""

PASSING = 0.02
"""Seconds until it is looked again whether a key is still held."""

SEEN = 15.0
"""Seconds that the result of something that went well stays."""


class Main(Fitting[None]):
    """Draws whatever view it is given; asks its app to do things."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(command.keys, f"run('{command.id}')", command.label, show=False, id=command.id)
        for command in COMMANDS
    ]

    view: reactive[View] = reactive(View, repaint=False)

    class Selected(Message):
        """Another domain is looked at."""

        def __init__(self, ref: Ref | None) -> None:
            super().__init__()
            self.ref = ref

    class Chosen(Message):
        """The key of a command was pressed, while the screen looked at this."""

        def __init__(self, command: Command, view: View) -> None:
            super().__init__()
            self.command = command
            self.view = view

    def __init__(self, commands: tuple[Command, ...], note: Callable[[], str]) -> None:
        super().__init__()
        self._commands = {command.id: command for command in commands}
        self._note = note
        self._looking = False
        """The panes are not all drawn yet for the domain that is looked at."""
        self._passing = False
        """A cursor has moved, and it will be seen soon whether it moves on."""
        self._vanished = Vanished(lambda id: self.query_one(f"#{id}", Lines))

    def compose(self) -> ComposeResult:
        yield Static(Text(), id="banner", markup=False)  # what is told later is compared with that
        with Container(id="panes"):
            yield Domains(id="domains").data_bind(Main.view)
            with Vertical(id="tree"):
                yield Snapshots(id="snapshots").data_bind(Main.view)
                yield Details()
            yield Chain(id="chain").data_bind(Main.view)
            yield GuestAgent(id="guest").data_bind(Main.view)
        yield Jobs(id="jobs").data_bind(Main.view)
        yield Keys(tuple(self._commands.values()))

    def on_mount(self) -> None:
        for lines in self.query(Lines):
            lines.when_moved = self._moved
        self.query_one(Domains).focus()
        self.set_interval(AGES, self._grow_older)
        self.set_interval(1.0, self._wait)

    def show(self, world: World) -> None:
        """A new world under the same cursors."""
        self._vanished.know(world)
        now = time.time()
        aged = not 0 <= now - self.view.now < SECOND
        self.view = self.view.showing(world, now if aged else self.view.now)
        if self.view.ref is None and not self.is_mounted:
            self._look_at(world.first)  # the list of domains tells it only once it is drawn

    def watch_view(self, view: View) -> None:
        if self.is_mounted and not self._looking:
            self._follow(view)
            self._tell_lost()

    def _follow(self, view: View) -> None:
        """Draws what tells of where the cursors of all panes stand."""
        self.query_one(Details).show(view)
        self.query_one(Keys).show(view)

    def _grow_older(self) -> None:
        self.view = replace(self.view, now=time.time())

    def _wait(self) -> None:
        """Has the seconds go by for which somebody does not answer."""
        if silence.is_waited_for(self.view.world):
            self._grow_older()
        self._tell_lost()

    def _tell_lost(self) -> None:
        """The banner: a host that does not answer, or where this fleet comes from."""
        told = silence.banner(self.view.world, time.time())
        text = told or Text(safe(self._note()), QUIET, no_wrap=True, overflow="ellipsis")
        banner = self.query_one("#banner", Static)
        if banner.content != text:
            banner.update(text)
            banner.display = bool(text.plain)

    @on(Lines.Moved)
    @on(events.DescendantFocus)
    def _moved(self) -> None:
        """Looks there, unless a key is held: then only the cursor is drawn until it is let go."""
        if not (isinstance(self.app, TypedAhead) and self.app.repeats):
            self.look()
        elif not self._passing:
            self._passing = True
            later(self, PASSING, self._passed)

    def _passed(self) -> None:
        self._passing = False
        self._moved()

    def look(self) -> None:
        """Looks at what the cursors stand on now; a later pane is drawn for the ones before it."""
        self._look_at(_ref(self.query_one("#domains", Lines).key))
        panes = ("#snapshots", "#chain", "#jobs")
        name, layer, job = (self.query_one(pane, Lines).key for pane in panes)
        disk, source = layer if isinstance(layer, tuple) else (self.view.disk, self.view.layer)
        self.view = replace(
            self.view,
            snapshot=name if isinstance(name, str) else None,
            inside=snapshots.inside_of(name),
            disk=disk,
            layer=source,
            job=_job(job),
            pane=(self.focused.id if self.focused else None) or "",
        )
        if isinstance(self.app, Sparing):
            self.app.draw_together((*self.query(Lines), *self.query(Details)))

    def _look_at(self, ref: Ref | None) -> None:
        """Has all panes tell of that domain."""
        if ref != self.view.ref:
            self._looking = True
            self.view = replace(self.view, ref=ref, snapshot=None, disk=None, layer=None)
            self._looking = False
            self.post_message(self.Selected(ref))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A command that this run does not have is not even dimmed."""
        return action != "run" or parameters[0] in self._commands

    async def action_run(self, id: str) -> None:
        """What the key of a command does.

        Keys may come all at once: what moves is done before the next one is looked at, and a
        change concerns what the cursors stand on, though they tell it only later.
        """
        command = self._commands[id]
        self.look()
        gone = self._vanished.told(command, self.view)
        if gone:
            self.view = forgiven(self.view)
            self.notify(gone, severity="warning", markup=False)
        elif command.form is None and command.needs(self.view) is None:
            await self.run_action(command.action)
        else:
            self.post_message(self.Chosen(command, self.view))

    def action_pane(self, id: str) -> None:
        """Focus to a pane."""
        pane = self.query_one(f"#{id}")
        if pane.display:
            self.set_focus(pane)

    def report(self, outcome: Outcome) -> None:
        """Shows what came of a plan, until it was seen; what it took away is not missed."""
        for lines in self.query(Lines):
            lines.lost = None
        self.view = forgiven(self.view)
        jobs = self.query_one(Jobs)
        jobs.results = (*jobs.results, outcome)
        if outcome.ok and not outcome.unmet:
            later(self, SEEN, self._put_away, outcome)

    def _put_away(self, outcome: Outcome) -> None:
        jobs = self.query_one(Jobs)
        jobs.results = tuple(result for result in jobs.results if result is not outcome)

    def action_mark(self) -> None:
        """Marks the selected snapshot or layer, or takes its mark away."""
        self.view = self.view.marking()

    def action_put_away(self) -> None:
        """Takes all marks away; without any, puts all results away."""
        if self.view.marks or self.view.top:
            self.view = replace(self.view, marks=frozenset(), missed=frozenset(), top=None)
        else:
            self.query_one(Jobs).results = ()


def _ref(key: object) -> Ref | None:
    return key if isinstance(key, Ref) else None


def _job(key: object) -> tuple[Ref, str] | None:
    is_job = isinstance(key, tuple) and len(key) == 3
    return (Ref(key[0], key[1]), key[2]) if is_job and isinstance(key, tuple) else None
