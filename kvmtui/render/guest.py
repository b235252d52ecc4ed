"""What the guest agent of one domain says, and what quiesce would do."""

from __future__ import annotations

from rich.text import Text

from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Answer, Channel, FileSystem, Guest
from kvmtui.model.words import count, size
from kvmtui.render.row import BAD, GOOD, QUIET, STRONG, WARN, Cell, Row, fitted, line, said
from kvmtui.render.words import safe


def rows(domain: Domain, width: int) -> tuple[Row, ...]:
    """First whether it answers, then what quiesce would do, then what is inside."""
    if domain.config is None:
        return fitted((said("reading …", QUIET),), width)
    guest = domain.guest or Guest()
    lines = [_answer(domain, guest)]
    if guest.trouble:
        lines.append(Text(safe(guest.trouble), QUIET))
    lines.append(_quiesce(domain, guest))
    if guest.answer is Answer.ANSWERING:
        names = [guest.hostname, guest.os, *guest.addresses]
        lines.append(Text(" · ".join(safe(name) for name in names if name)))
        lines += [_filesystem(fs, width) for fs in guest.filesystems]
    told = (
        Row(("guest", number), text, selectable=False)
        for number, text in enumerate(lines)
        if text.plain
    )
    return fitted(told, width)


def _answer(domain: Domain, guest: Guest) -> Text:
    assert domain.config is not None
    channel = domain.config.channel
    if channel is Channel.NONE:
        return Text("not configured: no agent channel", QUIET)
    if domain.state is not State.RUNNING:
        return Text(f"the domain is {domain.state.value}: nobody could answer", QUIET)
    if channel is Channel.DISCONNECTED:
        return Text("not connected: no agent runs in the guest", WARN)
    if guest.answer is Answer.ANSWERING:
        text = Text.assemble(("answering", GOOD))
        text.append(f" · qemu-ga {safe(guest.version)}" if guest.version else "", QUIET)
        return text
    style = QUIET if guest.answer in (Answer.UNASKED, Answer.DENIED) else WARN
    return Text(guest.answer.value, style)


def _quiesce(domain: Domain, guest: Guest) -> Text:
    if guest.frozen and guest.answer is Answer.ANSWERING:
        return Text("FROZEN: it cannot write; t thaws it", BAD)
    if guest.frozen or domain.held:
        return Text("may be FROZEN still: start qemu-ga anew in it", BAD)
    if guest.unable:
        return Text(f"quiesce is not possible: {safe(guest.unable)}", QUIET)
    if guest.answer is Answer.ANSWERING:
        mounts = [fs.mountpoint for fs in guest.filesystems]
        what = count(len(mounts), "file system") if mounts else "all file systems"
        return Text.assemble(("quiesce ", STRONG), f"would freeze {what}")
    if domain.state is State.RUNNING:
        return Text("quiesce is not possible", QUIET)
    return Text()


def _filesystem(fs: FileSystem, width: int) -> Text:
    left = Text(safe(fs.mountpoint))
    full = f"{100 * fs.used / fs.total:.0f}%" if fs.used is not None and fs.total else ""
    cells = [
        Cell(safe(fs.type), 6, QUIET),
        Cell(size(fs.total), 5, QUIET, right=True),
        Cell(full, 4, right=True),
    ]
    return line(width, left, cells)
