"""Calls are found in a stream, however it is cut."""

from __future__ import annotations

import struct

import pytest

from tests.bench.frames import CALL, REMOTE, REPLY, Frame, Frames

SENT = (
    (Frame(REMOTE, 273, CALL), b""),
    (Frame(REMOTE, 186, CALL), bytes(300)),
    (Frame(REMOTE, 186, REPLY), bytes(6400)),
    (Frame(0x20008087, 1, CALL), bytes(12)),
)


def spelled(frame: Frame, payload: bytes) -> bytes:
    length = 28 + len(payload)
    header = struct.pack(">IIIiiII", length, frame.program, 1, frame.procedure, frame.kind, 7, 0)
    return header + payload


@pytest.mark.parametrize("piece", [1, 3, 28, 29, 1000, 10**6])
def test_a_stream_in_pieces(piece: int) -> None:
    stream = b"".join(spelled(*each) for each in SENT)
    frames = Frames()
    found = [
        frame
        for place in range(0, len(stream), piece)
        for frame in frames.feed(stream[place : place + piece])
    ]
    assert found == [frame for frame, _ in SENT]


def test_a_call_has_a_name() -> None:
    assert Frame(REMOTE, 186, CALL).name == "snapshot XML"
    assert Frame(REMOTE, 9999, CALL).name == "procedure 9999"
    assert Frame(0x20008087, 1, CALL).name == "0x20008087/1"
