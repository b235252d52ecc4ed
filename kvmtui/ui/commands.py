"""The one table of commands: keys, words, help and danger of each.

Footer, help, the command list, ``--read-only`` and the README's table of keys are made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from kvmtui.model.value import Value
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import find
from kvmtui.ui.view import View

if TYPE_CHECKING:
    from kvmtui.ui.forms.form import Form


class Command(Value):
    """Something that a key does. It either has a form (and so a plan), or an action."""

    id: str
    keys: str
    """Textual's names of the keys, separated by commas."""
    label: str
    """The word in the footer."""
    help: str
    form: Callable[[View], Form | Refusal] | None = None
    action: str = ""
    """Textual action for a command without a plan."""
    needs: Callable[[View], Refusal | None] = lambda _view: None
    """Why the action would have nothing to work on."""
    footer: bool = True
    """Shown in the footer."""
    dangerous: bool = False
    """Changes something: gone with ``--read-only``."""

    @property
    def shown_keys(self) -> str:
        """The keys as they are written on keyboards."""
        return " ".join(_SHOWN.get(key, key) for key in self.keys.split(","))

    def refusal(self, view: View) -> Refusal | None:
        """Why the command cannot work now."""
        asked = self.asked(view)
        return asked if isinstance(asked, Refusal) else None

    def asked(self, view: View) -> Form | Refusal | None:
        """What is to be asked before a change; or why the command cannot work now."""
        unread = _unread(view) if self.form else None
        if unread is not None:
            return unread
        from kvmtui.plans import rights

        form = self.form(view) if self.form else self.needs(view)
        right = rights.COMMANDS.get(self.id)
        if isinstance(form, Refusal) or right is None or view.domain is None or view.orphan:
            return form
        return rights.refuse(view.domain, right) or form


def _unread(view: View) -> Refusal | None:
    """Why nothing at all can be changed where nothing was read."""
    domain = view.domain
    if domain is not None and domain.config is not None and domain.forest is not None:
        return None
    found = find(view.world, view.ref)
    return found if isinstance(found, Refusal) else None


_SHOWN = {
    "question_mark": "?",
    "colon": ":",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "escape": "Escape",
    "ctrl+r": "Ctrl-R",
    "ctrl+p": "Ctrl-P",
    "f5": "F5",
}

Needs = Callable[[View], Refusal | None]


def _change(id: str, key: str, label: str, help: str, form: str, *, footer: bool = True) -> Command:
    asked = partial(_asked, form)
    return Command(id, key, label, help, form=asked, footer=footer, dangerous=True)


def _asked(form: str, view: View) -> Form | Refusal:
    """The form of that name, whose module is loaded when it is first asked for."""
    module, _, name = form.partition(".")
    made: Form | Refusal = getattr(import_module(f"kvmtui.ui.forms.{module}"), name)(view)
    return made


def _do(id: str, keys: str, label: str, help: str, action: str, *, footer: bool = False) -> Command:
    return Command(id, keys, label, help, action=action, footer=footer)


def _look(id: str, key: str, label: str, help: str, needs: Needs) -> Command:
    return Command(id, key, label, help, action=f"app.{id}", needs=needs, footer=False)


def _pane(number: int, id: str, label: str) -> Command:
    return _do(f"pane-{number}", str(number), label, f"go to the {label}", f"pane('{id}')")


def no_domain(view: View) -> Refusal | None:
    """Why there is nothing to look at."""
    return None if view.domain else Refusal("no domain", "no domain is selected")


def no_snapshot(view: View) -> Refusal | None:
    """Why there is nothing to compare with."""
    if view.selected_snapshot is not None:
        return None
    return Refusal("no snapshot", "no snapshot is selected", "choose one in pane 2")


def nothing_to_mark(view: View) -> Refusal | None:
    """Why nothing can be marked."""
    snapshot = view.pane == "snapshots" and view.selected_snapshot is not None
    if snapshot or (view.pane == "chain" and view.layer and view.orphan is None):
        return None
    reason = "only snapshots and layers can be marked"
    return Refusal("no mark", reason, "choose one in pane 2 or 3")


COMMANDS = (
    _change("snapshot", "s", "snapshot", "take a snapshot of the selected domain", "create.form"),
    _change("revert", "r", "revert", "go back to the selected snapshot", "revert.form"),
    _change("undo", "u", "undo", "undo the last revert", "revert.undo", footer=False),
    _change("delete", "d", "delete", "delete snapshots, or a file that is not used", "delete.form"),
    _change("commit", "c", "commit", "merge layers of a disk down", "merge.form"),
    _change(
        "pull",
        "p",
        "pull",
        "pull layers up into the active one, down to the selected one",
        "pull.form",
        footer=False,
    ),
    _change(
        "move",
        "m",
        "move",
        "copy a disk to a new file, and go on in that",
        "move.form",
        footer=False,
    ),
    _change("power", "o", "power", "start, stop, pause, resume; save the RAM", "power.form"),
    _change("cancel", "x", "cancel job", "cancel a block job", "jobs.cancel", footer=False),
    _change("finish", "P", "pivot", "switch over when a job is ready", "jobs.finish", footer=False),
    _change(
        "bandwidth",
        "b",
        "bandwidth",
        "limit a job, throttle or pause a guest that outruns it",
        "pace.form",
        footer=False,
    ),
    _change(
        "freeze",
        "f",
        "freeze",
        "freeze the file systems of the guest",
        "guest.freeze",
        footer=False,
    ),
    _change(
        "thaw",
        "t",
        "thaw",
        "thaw them, so that the guest can write again",
        "guest.thaw",
        footer=False,
    ),
    _change(
        "edit",
        "e",
        "edit",
        "edit the snapshot's record, or describe the domain",
        "edit.form",
        footer=False,
    ),
    Command(
        "mark",
        "space",
        "mark",
        "mark snapshots, which d then deletes; or the layer that c begins with",
        action="mark",
        needs=nothing_to_mark,
        footer=False,
    ),
    _change(
        "adopt",
        "a",
        "adopt",
        "record a snapshot that only an image holds",
        "adopt.form",
        footer=False,
    ),
    _look("xml", "v", "XML", "the XML of the selected domain or snapshot", no_domain),
    _look("changes", "D", "changes", "what changed since the selected snapshot", no_snapshot),
    _do(
        "journal", "J", "journal", "what was done, and its virsh lines", "app.journal", footer=True
    ),
    _do("help", "question_mark", "help", "keys and signs", "app.help", footer=True),
    _do(
        "quit", "q", "quit", "leave; nothing that libvirt does is stopped", "app.leave", footer=True
    ),
    _do("refresh", "f5,ctrl+r", "refresh", "read everything again; connect again", "app.refresh"),
    _do("commands", "colon,ctrl+p", "commands", "all commands as a list", "app.commands"),
    _pane(1, "domains", "domains"),
    _pane(2, "snapshots", "snapshots"),
    _pane(3, "chain", "disk chain"),
    _pane(4, "guest", "guest agent"),
    _pane(5, "jobs", "jobs"),
    _do("next", "tab", "next pane", "to the next pane", "app.focus_next"),
    _do("previous", "shift+tab", "previous pane", "to the pane before", "app.focus_previous"),
    _do("dismiss", "escape", "dismiss", "take all marks away, put away results", "put_away"),
)


def commands(*, readonly: bool = False) -> tuple[Command, ...]:
    """The commands of this run."""
    return tuple(command for command in COMMANDS if not (readonly and command.dangerous))


def keys_table() -> str:
    """The table of keys for the README, in Markdown."""
    lines = ["| Key | What it does |", "|---|---|"]
    lines.append(
        "| arrows, `j` `k` `g` `G` | move the cursor; `left` `right` fold and unfold snapshots |"
    )
    for command in COMMANDS:
        keys = " ".join(f"`{key}`" for key in command.shown_keys.split(" "))
        lines.append(f"| {keys} | {command.help} |")
    return "\n".join(lines)
