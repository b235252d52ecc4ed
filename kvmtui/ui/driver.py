"""What goes between the terminal and Textual, whatever bytes come, and until it is gone."""

from __future__ import annotations

import os
import select
import signal
from codecs import IncrementalDecoder, getincrementaldecoder
from functools import partial
from threading import Thread

from textual.drivers import linux_driver

from kvmtui.ui.paste import Parser
from kvmtui.ui.writer import Writer


class Driver(linux_driver.LinuxDriver):
    """Goes on after bytes that are no text and no key; Textual 8.2.8 ends with a traceback.

    A terminal sends them where its line is noisy or its encoding another, or when something that
    is no text is pasted.
    """

    def start_application_mode(self) -> None:
        """Has nobody wait for the terminal, and sizes told in their order.

        Textual's handler of the signal is interrupted by the signal itself, and would tell the
        older of two sizes last.
        """
        # looked up now, for want of a hook
        vars(linux_driver)["WriterThread"] = partial(Writer, self._draw_anew)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        told = signal.getsignal(signal.SIGWINCH)
        if callable(told):
            self._loop.add_signal_handler(signal.SIGWINCH, told, signal.SIGWINCH, None)

    def _draw_anew(self) -> None:
        self._app.call_later(self._app.refresh)

    def run_input_thread(self) -> None:
        """Reads until the end, and begins anew after a sequence that means nothing."""
        Thread(target=self._await_end, name="terminal", daemon=True).start()
        # looked up whenever reading begins: what is no text is replaced, so that a paste stays one
        vars(linux_driver)["getincrementaldecoder"] = _forgiving
        vars(linux_driver)["XTermParser"] = Parser
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except (ValueError, OverflowError):
                continue

    def _await_end(self) -> None:
        """Has nobody read from a terminal that is gone: it would give nothing, again and again.

        The kernel does not tell everybody of that end by a signal.
        """
        end = select.poll()
        end.register(self.fileno, 0)  # waits for what needs not be asked for: hang-ups and errors
        end.poll()
        if not self.exit_event.is_set():
            self.exit_event.set()
            os.kill(os.getpid(), signal.SIGHUP)


def _forgiving(encoding: str) -> partial[IncrementalDecoder]:
    return partial(getincrementaldecoder(encoding), "replace")
