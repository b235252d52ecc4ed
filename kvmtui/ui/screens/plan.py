"""The one modal for every change: what is asked, what would happen, and Cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from kvmtui.model.value import Value, replace
from kvmtui.model.world import World
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.wishes import Wish
from kvmtui.render import plan as render
from kvmtui.render.row import QUIET
from kvmtui.render.words import safe
from kvmtui.ui.answer import Answer
from kvmtui.ui.choice import Choice
from kvmtui.ui.forms import form
from kvmtui.ui.forms.form import Field, Form
from kvmtui.ui.line import Line
from kvmtui.ui.planning import Look, Planning, differs
from kvmtui.ui.screens.modal import Modal
from kvmtui.ui.toggle import Toggle
from kvmtui.ui.written import Written

CHANGED = "The domain has changed meanwhile. This is the plan now:"

CALM = 6
"""Lines of fields and reasons beside which a whole plan has room on a low screen."""

_OR = form.Choice("instead", "Or", (form.Option("", "leave it"),), "", upright=True)
"""What helps where the wish is refused; without an answer it stays refused."""


class Agreed(Value):
    """What the user confirmed, and the plan that was on the screen."""

    wish: Wish
    plan: Plan

    def is_still(self, plan: Plan) -> bool:
        """Whether that plan does and costs what was agreed, to the snapshots that were meant."""
        agreed = self.plan
        return (plan.steps, plan.losses, plan.about) == (agreed.steps, agreed.losses, agreed.about)


class PlanScreen(Modal[Agreed | None]):
    """Plans anew on every change of a field or of the world; nothing runs from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("enter", "enter", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
    ]

    def __init__(
        self,
        form: Form,
        world: Callable[[], World],
        look: Look,
        notice: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self._planning = Planning(form, world, look, values or {})
        self._notice = notice
        self._asked: set[str] = set()
        """Ids of the fields that could be asked when this was opened."""
        self._settled = False
        """The first plan was made, and with it the focus chosen."""

    @property
    def values(self) -> dict[str, Any]:
        """What the fields hold, by their ids."""
        return self._planning.values

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(safe(self._planning.title)).markup
            notice = Label(self._notice, id="notice", markup=False)
            notice.display = bool(self._notice)
            yield notice
            fields = self._planning.fields()
            with VerticalScroll(id="fields", can_focus=False):
                for field in () if isinstance(fields, Refusal) else fields:
                    self.values.setdefault(field.id, field.value)
                    self._asked.add(field.id)
                    with Horizontal(classes="field"):
                        label = "" if isinstance(field, form.Toggle) else field.label
                        yield Label(safe(label), markup=False)
                        yield _widget(field, self.values[field.id])
                with Horizontal(classes="field"):
                    yield Label(_OR.label, markup=False)
                    yield Choice(replace(_OR, value=self.values.setdefault(_OR.id, _OR.value)))
            yield Static(id="reasons", markup=False)
            with VerticalScroll(id="plan", can_focus=False):
                yield Static(id="steps", markup=False)
            yield Written(id="typed", placeholder="type the name to confirm")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button("", id="yes", compact=True, variant="error")

    def on_mount(self) -> None:
        if not self.is_current:
            return  # closed before all of it was there
        self.watch(self.query_one("#plan"), "show_vertical_scrollbar", self._tell_more)
        self.replan()

    def replan(self) -> None:
        """Fields and plan as the world and the values are now."""
        if not self.is_attached:
            return  # a message that was on its way when this was closed
        planning = self._planning
        fields = planning.fields()
        shown: tuple[Field, ...] = ()
        if isinstance(fields, Refusal):
            planning.refuse(fields)
        elif fields and not self._asked:
            planning.refuse(Refusal("unasked", "nothing could be asked when this was opened"))
        else:
            shown = tuple(field for field in fields if field.id in self._asked)
            for field in shown:
                self._update(field)
            planning.make()
        self._take_remedy()
        self._tell(shown)

    def _take_remedy(self) -> None:
        """What helps is shown where something refuses, and planned once it is chosen."""
        offered = self._planning.offered
        answers = (form.Option("", "leave it"), *(form.Option(o.says, o.says) for o in offered))
        self._update(replace(_OR, options=answers, shown=bool(offered)))
        self._planning.take(self.values[_OR.id])
        self.query_one("#dialog").border_title = Content(safe(self._planning.title)).markup

    def renew(self) -> None:
        """The world is another: a plan that others have changed is not agreed to unseen."""
        before = self._planning.plan
        self.replan()
        if differs(before, self._planning.plan):
            notice = self.query_one("#notice", Label)
            notice.update(CHANGED)
            notice.display = True
            if self.focused is not None and self.focused.id in ("yes", "typed"):
                self.set_focus(self.query_one("#no"))

    def _update(self, field: Field) -> None:
        widget = self.query_one(f"#{field.id}")
        match field, widget:
            case form.Choice(), Choice():
                widget.offer(field)
            case form.Toggle(), Toggle():
                widget.offer(field)
            case form.Line(), Line():
                widget.offer(field)
        self._take(widget)
        if isinstance(widget.parent, Horizontal):
            widget.parent.display = field.shown

    def _take(self, widget: Widget) -> None:
        """What the widget holds now."""
        if widget.id and isinstance(widget, Choice | Toggle | Line):
            self.values[widget.id] = widget.value

    def _tell(self, fields: tuple[Field, ...]) -> None:
        """The plan, the reasons of what is dimmed, and the focus where danger wants it."""
        reasons = [Text(safe(reason), QUIET) for reason in _reasons(fields)]
        told = self.query_one("#reasons", Static)
        told.update(Text("\n").join(reasons))
        told.display = bool(reasons)
        self.query_one("#steps", Static).update(render.page(self._planning.plan))
        made, offered = self._planning.plan, self._planning.offered
        plan = made if isinstance(made, Plan) else None
        worst = plan is not None and plan.danger is Danger.WORST
        self.query_one("#typed", Input).display = worst
        rows = sum(field.shown for field in fields) + len(reasons)
        rows += (len(offered) + 1 if offered else 0) + (2 if worst else 0)
        self.query_one("#dialog").set_class(rows > CALM, "-crowded")
        yes = self.query_one("#yes", Button)
        yes.label = Content(plan.verb) if plan else Content("Not possible")
        dimmed = plan is None or (worst and not self._typed)
        if self._settled and (not self._is_at_hand(self.focused) or (dimmed and yes.has_focus)):
            self.set_focus(self._first())  # Textual would give it to Cancel
        yes.disabled = dimmed
        yes.variant = "error" if plan and plan.danger else "primary"
        if not self._settled:
            self._settled = True
            self._focus(plan)

    def _tell_more(self, hidden: bool) -> None:
        """In the frame, when the plan is longer than its place; the modal may be gone by then."""
        for dialog in self.query("#dialog"):
            dialog.border_subtitle = "PgDn shows more" if hidden else ""

    def _focus(self, plan: Plan | None) -> None:
        """What helps; where nothing can be lost, or a menu is asked for, the first field.

        Else Cancel.
        """
        if self._planning.offered:
            self.set_focus(self.query_one(f"#{_OR.id}"))
            return
        safe_to_go = plan is None or plan.danger is Danger.NONE or self._planning.form.menu
        self.set_focus(self._first() if safe_to_go else self.query_one("#no"))

    def _first(self) -> Widget:
        """The first field to type in, or else the first one; Cancel where there is none.

        Of a field Enter goes on to the buttons: it neither agrees nor gives up unseen.
        """
        fields = [w for w in self.query("Line, Choice, Toggle") if self._is_at_hand(w)]
        fields.sort(key=lambda field: not isinstance(field, Line))
        return fields[0] if fields else self.query_one("#no")

    @staticmethod
    def _is_at_hand(widget: Widget | None) -> bool:
        """Whether it may keep the focus: what is hidden or dimmed loses it."""
        if widget is None or not widget.focusable:
            return False
        return all(node.display for node in widget.ancestors_with_self)

    @property
    def _typed(self) -> bool:
        return self._planning.names(self.query_one("#typed", Input).value)

    @on(Input.Changed)
    def _line_changed(self, event: Input.Changed) -> None:
        self._take(event.input)
        self.replan()

    @on(Answer.Changed)
    def _changed(self, event: Answer.Changed) -> None:
        self._take(event.answer)
        self.replan()

    @on(Input.Submitted)
    def action_enter(self) -> None:
        """Enter in a field: done where nothing can be lost, else on to the buttons.

        The next key may be there already, so the focus moves at once.
        """
        if not self._settled or not self.is_current:
            return
        self.replan()
        plan = self._planning.plan
        if isinstance(plan, Refusal):
            return  # what stands in the field can be corrected there
        if plan.danger is Danger.NONE:
            self._agree()
        else:
            self.set_focus(self.query_one("#no"))

    @on(Button.Pressed, "#yes")
    def _agree(self) -> None:
        plan, wish = self._planning.plan, self._planning.wish
        allowed = not self.query_one("#yes", Button).disabled
        if isinstance(plan, Plan) and wish is not None and allowed:
            self.dismiss(Agreed(wish, plan))

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Away, and nothing happens."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """The plan, when it is longer than its place."""
        self.query_one("#plan", VerticalScroll).scroll_relative(y=5 * by, animate=False)


def _widget(field: Field, value: Any) -> Widget:
    match field:
        case form.Line():
            return Line(field, value)
        case form.Choice():
            return Choice(replace(field, value=value))
        case form.Toggle():
            return Toggle(replace(field, value=value))


def _reasons(fields: tuple[Field, ...]) -> list[str]:
    """Why answers in a line are dimmed; other fields say it beside themselves."""
    return [
        f"{option.label}: {option.refusal.reason}"
        for field in fields
        if isinstance(field, form.Choice) and field.shown and not field.upright
        for option in field.options
        if option.refusal
    ]
