"""Leads to a daemon over TCP, as to another machine: from there no file of it can be looked at."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from tests.lab.daemon import Daemon


@contextmanager
def remote(daemon: Daemon) -> Iterator[str]:
    """The URI of the daemon by way of TCP, for the length of the block."""
    parts = urlsplit(daemon.uri)
    path = parse_qs(parts.query)["socket"][0]
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_serve, args=(server, path), daemon=True).start()
        yield f"qemu+tcp://127.0.0.1:{server.getsockname()[1]}{parts.path}"
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, path: str) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            Thread(target=_carry, args=(client, path), daemon=True).start()


def _carry(client: socket.socket, path: str) -> None:
    """What comes on one side goes out on the other, until either ends."""
    with client, socket.socket(socket.AF_UNIX) as inner, suppress(OSError):
        inner.connect(path)
        other = {client: inner, inner: client}
        while True:
            for side in select([*other], [], [])[0]:
                data = side.recv(65536)
                if not data:
                    return
                other[side].sendall(data)
