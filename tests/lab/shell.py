"""A shell inside the guest which does not need the agent: the lab's back door."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from uuid import uuid4


class ShellFailed(Exception):
    """The command ended with another status than 0; the message has its output."""


def obey(path: Path, command: str, *, timeout: float) -> str:
    """Has the guest behind the socket `path` run one line of sh; its output, both streams.

    Raises ShellFailed, or TimeoutError after `timeout` seconds without an answer.
    """
    nonce = uuid4().hex[:12]
    begin, end = f"\036{nonce}\n".encode(), f"\036{nonce} ".encode()
    deadline = time.monotonic() + timeout
    received = b""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(timeout)
        channel.connect(str(path))
        channel.sendall(f"{nonce} {command}\n".encode())
        while not (end in received and received.endswith(b"\n")):
            channel.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = channel.recv(65536)
            except TimeoutError:
                raise TimeoutError(
                    f"no answer to {command!r} in {timeout} s, only {received!r}"
                ) from None
            if not more:
                raise ShellFailed(f"the guest went away during {command!r}: {received!r}")
            received += more
    output, _, status = received.partition(begin)[2].partition(end)
    if int(status) != 0:
        raise ShellFailed(f"{command!r} ended with {int(status)}: {output.decode()}")
    return output.decode()
