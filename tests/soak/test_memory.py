"""What a soak says of a kvmtui that keeps what it does not need."""

from __future__ import annotations

import os

from tests.soak.memory import DRIFT, MOST, SETTLED, Memory

MIB = 2**20


def test_caches_that_fill_up_are_none_of_it() -> None:
    filling = [60 * MIB + n * MIB // 2 for n in range(SETTLED)]
    assert Memory([*filling, *[100 * MIB] * 2 * SETTLED]).wrong == ""


def test_what_grows_with_every_deed_is() -> None:
    growing = [60 * MIB + n * MIB // 4 for n in range(3 * SETTLED)]
    assert growing[-1] < MOST
    assert Memory(growing).wrong.startswith("the memory of kvmtui grows: 60.0 MiB after 0, ")


def test_a_short_life_may_only_not_need_too_much() -> None:
    assert Memory([60 * MIB + n * MIB for n in range(SETTLED)]).wrong == ""
    assert Memory([60 * MIB, MOST + 1]).wrong.startswith("kvmtui needs ")


def test_noise_is_no_growth() -> None:
    noisy = [int(100 * MIB * (DRIFT if n % 3 else 1)) for n in range(3 * SETTLED)]
    assert Memory(noisy).wrong == ""


def test_a_process_is_measured_while_it_is_there() -> None:
    memory = Memory()
    memory.measure(os.getpid())
    memory.measure(0)
    assert len(memory.samples) == 1
    assert memory.samples[0] > MIB
