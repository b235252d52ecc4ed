"""Textual's driver, which goes on when it reads bytes that are no UTF-8."""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from functools import partial

from textual.drivers import linux_driver


class Driver(linux_driver.LinuxDriver):
    """Takes such bytes for U+FFFD; Textual 8.2.8 ends the program with a traceback.

    A terminal sends them where its line is noisy or its encoding another, or when something that
    is no text is pasted.
    """

    def run_input_thread(self) -> None:
        """Has the decoder replace instead of raise: it is made here, once."""
        vars(linux_driver)["getincrementaldecoder"] = _forgiving
        super().run_input_thread()


def _forgiving(encoding: str) -> partial[IncrementalDecoder]:
    return partial(getincrementaldecoder(encoding), "replace")
