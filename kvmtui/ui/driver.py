"""What goes between the terminal and Textual, whatever bytes come, and until it is gone."""

from __future__ import annotations

import os
import select
import signal
from codecs import getincrementaldecoder
from contextlib import suppress
from threading import Event
from typing import Any, TextIO

from textual.drivers import linux_driver
from textual.events import MouseMove
from textual.message import Message

from kvmtui.ui.paste import Parser
from kvmtui.ui.writer import Writer


class Driver(linux_driver.LinuxDriver):
    """Goes on after bytes that are no text and no key; Textual 8.2.8 ends with a traceback.

    A terminal sends them where its line is noisy or its encoding another, or when something that
    is no text is pasted.
    """

    class CaughtUp(Message):
        """The terminal has taken all that was kept for it, but frames were left out."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.exit_event = self._ending = Ending()

    def start_application_mode(self) -> None:
        """Has nobody wait for the terminal, and sizes told in their order.

        Textual's handler of the signal is interrupted by the signal itself, and would tell the
        older of two sizes last.
        """
        # looked up now, for want of a hook
        vars(linux_driver)["WriterThread"] = self._new_writer
        super().start_application_mode()  # type: ignore[no-untyped-call]
        told = signal.getsignal(signal.SIGWINCH)
        if callable(told):
            self._loop.add_signal_handler(signal.SIGWINCH, told, signal.SIGWINCH, None)

    def _new_writer(self, file: TextIO) -> Writer:
        self._writer = Writer(self._draw_anew, file)
        return self._writer

    def _draw_anew(self) -> None:
        self._app.post_message(self.CaughtUp())

    def draw(self, frame: str) -> None:
        """Sends a frame, or leaves it out while the terminal takes nothing."""
        if frame:
            self._writer.write(frame, is_frame=True)

    def _enable_mouse_support(self) -> None:
        """Has clicks and drags told, but no mere motion, with which nothing is done here."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1015h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        super()._disable_mouse_support()
        if self._mouse:
            self.write("\x1b[?1002l")

    def process_message(self, message: Message) -> None:
        """Passes on what a terminal tells, but no mere motion, which some tell unasked."""
        if not isinstance(message, MouseMove) or message.button:
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Reads until the end, and begins anew after a sequence that means nothing."""
        while not self.exit_event.is_set():
            with suppress(ValueError, OverflowError):
                self._read_keys()

    def _read_keys(self) -> None:
        """Waits for keys, for an escape to be one, or for the end; Textual looks every 0.1 s.

        What is no text is replaced, so that a paste stays one.
        """
        parser, decoder = Parser(self._debug), getincrementaldecoder("utf-8")("replace")
        ready = select.poll()
        ready.register(self.fileno, select.POLLIN)
        ready.register(self._ending, select.POLLIN)
        while not self.exit_event.is_set():
            told = dict(ready.poll(parser.patience)).get(self.fileno, 0)
            data = self._read() if told == select.POLLIN else b""
            if told and not data:
                self._gone()
            elif text := decoder.decode(data):
                for message in parser.feed(text):
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)

    def _read(self) -> bytes:
        with suppress(OSError):
            return os.read(self.fileno, 4096)
        return b""

    def _gone(self) -> None:
        """Has nobody read from a terminal that is gone: it would give nothing, again and again.

        The kernel does not tell everybody of that end by a signal.
        """
        self.exit_event.set()
        os.kill(os.getpid(), signal.SIGHUP)


class Ending(Event):
    """Wakes who polls it."""

    def __init__(self) -> None:
        super().__init__()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """What can be polled."""
        return self._bell

    def set(self) -> None:
        """Ends the reading."""
        super().set()
        os.eventfd_write(self._bell, 1)

    def clear(self) -> None:
        """Reading may begin again."""
        super().clear()
        with suppress(BlockingIOError):
            os.eventfd_read(self._bell)
