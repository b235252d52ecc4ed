"""Wires the hosts to the screen: worlds in, plans out."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from kvmtui.host.base import HostError
from kvmtui.model.world import Ref, World
from kvmtui.plans.plan import Refusal
from kvmtui.render.words import safe
from kvmtui.ui.commands import commands
from kvmtui.ui.discreet import Discreet
from kvmtui.ui.driver import Driver
from kvmtui.ui.forgetful import Forgetful
from kvmtui.ui.hosts import Hosts
from kvmtui.ui.notices import Notices
from kvmtui.ui.redraws import Redraws
from kvmtui.ui.screens.main import Main
from kvmtui.ui.screens.modal import Modal
from kvmtui.ui.sizes import Sized
from kvmtui.ui.typed_ahead import TypedAhead
from kvmtui.ui.view import View

if TYPE_CHECKING:
    from kvmtui.plans.plan import Plan
    from kvmtui.ui.forms.form import Form
    from kvmtui.ui.screens.plan import Agreed
    from kvmtui.ui.screens.reading import Reading


class Kvmtui(TypedAhead, Sized, Forgetful, Discreet):
    """kvmtui over the given hosts."""

    TITLE = "kvmtui"
    CSS_PATH = "kvmtui.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (150, "-wide")]  # noqa: RUF012 - as App has it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("ctrl+c", "leave", show=False),
    ]

    def __init__(self, hosts: Hosts, *, readonly: bool = False) -> None:
        super().__init__()
        self._hosts = hosts
        self._commands = commands(readonly=readonly)
        self._notices = Notices()
        self._main = Main(self._commands, lambda: hosts.note)
        self._redraws = Redraws(self, self._draw)
        self._asking = False
        """A modal for a change is open, or about to be."""
        self._warned = False
        """The user knows what a guest was not given back."""
        self._ending = False
        """A signal has come that ends it."""

    def get_driver_class(self) -> type[Driver]:
        return Driver

    def get_default_screen(self) -> Main:
        return self._main

    @property
    def is_opening(self) -> bool:
        """A modal for a change is about to open, or takes no key yet."""
        return self._asking and not (isinstance(self.screen, Modal) and self.screen.focused)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ended, 128 + number)
        self._hosts.subscribe(self._changed)
        self._main.show(self._hosts.world)
        self._notice()
        self.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        """Once the first screen is drawn: nothing that it needs was waited for by anybody else."""
        from kvmtui.ui import sweeping

        sweeping.begin(self)
        self._follow()

    @work
    async def _follow(self) -> None:
        from kvmtui.ui import loading

        await loading.details()
        await asyncio.gather(self._hosts.run(), loading.rest())

    def attend(self) -> None:
        self._hosts.attend()

    def _changed(self, world: World) -> None:
        self._redraws.changed(self._main.view.world, world, self._main.view.ref)

    def _draw(self) -> None:
        self._main.show(self._hosts.world)
        self._notice()
        if isinstance(self.screen, Modal) and self.screen.is_mounted:
            self.screen.renew()

    def _notice(self) -> None:
        for told in self._notices.new(self._hosts):
            self._say(told, "warning")

    @on(Main.Selected)
    def _select(self, event: Main.Selected) -> None:
        self._hosts.select(event.ref)
        self._changed(self._hosts.world)

    @on(Main.Chosen)
    def _chosen(self, event: Main.Chosen) -> None:
        command = event.command
        if self._asking:
            return  # a key pressed twice
        form = command.asked(event.view)
        if isinstance(form, Refusal):
            self._say(f"{command.label}: {form}", "warning")
        elif form is not None:
            self._asking = True
            self.clear_notifications()
            self._change(form)

    def _say(self, text: str, severity: Any) -> None:
        self.notify(safe(text), severity=severity, markup=False)

    @work
    async def _change(self, form: Form) -> None:
        """Asks, and carries out what was agreed."""
        plan = await self._agreed(form)
        if plan is None:
            return
        outcome = await self._hosts.perform(plan)
        self._draw()
        self._main.report(outcome)
        self._notice()
        if not outcome.ok or outcome.unmet:
            self._say(outcome.says, "warning" if outcome.ok else "error")

    async def _agreed(self, form: Form) -> Plan | None:
        """Plans again from the world as it is after the modal; another plan is asked again."""
        from kvmtui.ui.screens.plan import CHANGED, PlanScreen

        notice, values = "", dict[str, Any]()
        while True:
            screen = PlanScreen(form, lambda: self._hosts.world, self._look, notice, values)
            self._asking = True
            agreed = await self.push_screen_wait(screen)
            self._asking = False
            plan = await self._again(agreed) if agreed else None
            if agreed is None or plan is None:
                return None
            if agreed.is_still(plan):
                return plan
            notice, values = CHANGED, screen.values

    async def _again(self, agreed: Agreed) -> Plan | None:
        from kvmtui.plans import planner

        try:
            if not planner.hurries(agreed.wish):
                await self._hosts.fresh(agreed.plan.ref)
            await self._hosts.look(
                agreed.plan.ref, planner.to_look_at(self._hosts.world, agreed.wish)
            )
        except HostError as error:
            self._say(str(error), "error")
            return None
        plan = planner.make(self._hosts.world, agreed.wish)
        if isinstance(plan, Refusal):
            self._say(f"{agreed.plan.title}: {plan}", "warning")
            return None
        return plan

    @work(exclusive=True, group="look")
    async def _look(self, ref: Ref, paths: tuple[str, ...]) -> None:
        """Looks at the places that a form names; whoever waits for an older look, waits no more."""
        with suppress(HostError):  # the form says that nobody looked
            await self._hosts.look(ref, paths)

    def action_refresh(self) -> None:
        """Reads again what is on the screen, draws it anew, and connects again."""
        self.draw_anew()
        self._hosts.refresh(self._main.view.ref)

    def action_xml(self) -> None:
        """The page of what libvirt says of the selected domain or snapshot."""
        from kvmtui.ui import pages

        self._read(pages.definition)

    def action_changes(self) -> None:
        """The page of what changed since the selected snapshot."""
        from kvmtui.ui import pages

        self._read(pages.changes)

    def _read(self, page: Callable[[Hosts, View], Reading | None]) -> None:
        screen = page(self._hosts, self._main.view)
        if screen is not None:
            self.push_screen(screen)

    def action_journal(self) -> None:
        """The page of what was done."""
        from kvmtui.render import journal
        from kvmtui.ui.screens.text import TextScreen

        book = self._hosts.journal
        text = journal.text(book.entries, book.trouble)
        self.push_screen(TextScreen(f"journal · {book.path}", text, at_end=True))

    def action_help(self) -> None:
        """The page of keys and signs."""
        from kvmtui.ui import help
        from kvmtui.ui.screens.text import TextScreen

        self.push_screen(TextScreen("help", help.page(self._commands)))

    def action_commands(self) -> None:
        """The list of commands; what is chosen there is run."""
        from kvmtui.ui.screens.commands import CommandList

        async def chosen(id: str | None) -> None:
            if id is not None:
                await self._main.action_run(id)

        self.push_screen(CommandList(self._commands, self._main.view), chosen)

    @work
    async def action_leave(self) -> None:
        """Quits at once, unless something is left behind: then the user is told what."""
        from kvmtui.ui import leaving
        from kvmtui.ui.screens.ask import Ask

        question = leaving.question(self._hosts.world)
        answer = leaving.QUIT
        if isinstance(self.screen, Ask) and leaving.held(self._hosts.world):
            return
        if question is not None and not isinstance(self.screen, Ask):
            answer = await self.push_screen_wait(question)
        if answer == leaving.THAW:
            trouble = await self._thaw()
            if trouble:
                self._say(trouble, "error")
                return
        if answer == leaving.STAY:
            return
        trouble = await leaving.give_back(self._hosts)
        if trouble and not self._warned:
            self._warned = True  # who quits again, quits
            self._say(trouble, "error")
            return
        self.exit(0)

    async def _thaw(self) -> str:
        """Thaws what kvmtui has frozen; gives why one of them is not thawed."""
        from kvmtui.plans import planner
        from kvmtui.plans.wishes import ThawGuest
        from kvmtui.ui import leaving

        for ref, domain in leaving.held(self._hosts.world):
            plan = planner.make(self._hosts.world, ThawGuest(ref))
            if isinstance(plan, Refusal):
                return f"{domain.name} is not thawed: {plan}"
            outcome = await self._hosts.perform(plan)
            if not outcome.ok:
                return outcome.says
        return ""

    @work
    async def _ended(self, status: int) -> None:
        """The terminal is gone, so nobody can be asked: no guest is left frozen or paused."""
        if self._ending:
            return  # it is told by more than one signal
        self._ending = True
        from kvmtui.ui import leaving

        await leaving.give_back(self._hosts)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._thaw(), leaving.LAST_WORDS)
        self.exit(status)
