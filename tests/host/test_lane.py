"""One thread for blocking calls: in order, harmless when they raise or hang."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kvmtui.host.lane import Lane

REPOSITORY = Path(__file__).parents[2]

HANGING = """
import asyncio, threading
from kvmtui.host.lane import Lane

async def main():
    lane = Lane("hangs")
    hanging = asyncio.ensure_future(lane.call(threading.Event().wait))
    await asyncio.sleep(0.1)
    try:
        await asyncio.wait_for(lane.call(int), 0.1)
    except TimeoutError:
        print("waited", flush=True)
    hanging.cancel()
    lane.close()

asyncio.run(main())
print("left", flush=True)
"""


async def test_calls_run_one_after_another_in_their_order() -> None:
    lane, seen = Lane("order"), list[int]()

    def slow(number: int) -> int:
        time.sleep(0.02 if number % 2 else 0)
        seen.append(number)
        return number

    answers = await asyncio.gather(*(lane.call(slow, n) for n in range(6)))
    lane.close()
    assert answers == seen == list(range(6))


async def test_all_calls_share_one_daemon_thread_that_is_not_the_loops() -> None:
    lane = Lane("thread")
    threads = {await lane.call(threading.current_thread) for _ in range(3)}
    lane.close()
    assert len(threads) == 1
    (thread,) = threads
    assert thread.daemon
    assert thread is not threading.current_thread()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
async def test_what_a_call_raises_is_raised_to_its_caller_alone(error: BaseException) -> None:
    lane = Lane("raises")

    def fail() -> None:
        raise error

    future = lane.submit(fail)
    assert await lane.call(int, "7") == 7
    assert future.exception() is error
    lane.close()


async def test_a_call_cancelled_before_its_turn_never_runs() -> None:
    lane, gate, ran = Lane("cancel"), threading.Event(), list[str]()
    first = lane.submit(gate.wait)
    skipped = asyncio.ensure_future(lane.call(ran.append, "skipped"))
    await asyncio.sleep(0.05)
    skipped.cancel()
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait_for(lane.call(ran.append, "run"), 5)
    lane.close()
    assert first.result() is True
    assert ran == ["run"]


async def test_it_is_idle_as_soon_as_somebody_has_the_last_answer() -> None:
    lane, gate = Lane("idle"), threading.Event()
    seen = [lane.idle]
    first, second = lane.submit(gate.wait), asyncio.ensure_future(lane.call(int, "7"))
    await asyncio.sleep(0.05)
    second.cancel()
    seen.append(lane.idle)
    gate.set()
    with pytest.raises(ValueError, match="invalid"):
        await lane.call(int, "x")
    assert [*seen, lane.idle] == [True, False, True]
    assert first.result() is True
    lane.close()


async def test_a_closed_lane_first_does_what_is_queued() -> None:
    lane, ran = Lane("close"), list[int]()
    last = [lane.submit(ran.append, n) for n in range(3)][-1]
    lane.close()
    await asyncio.wrap_future(last)
    assert ran == [0, 1, 2]


def test_a_process_ends_while_a_call_hangs() -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", HANGING],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "waited\nleft\n", "")
    assert time.monotonic() - begun < 5
