"""Deed after deed, with faults amid them, and a look at everything after each."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

import libvirt

from kvmtui.host.base import HostError
from kvmtui.model.domain import Domain
from kvmtui.model.world import Link
from kvmtui.plans import planner
from kvmtui.plans.wishes import Revert
from tests.host.driver import Driver
from tests.lab.domain import LabDomain
from tests.lab.guest import AgentFailed
from tests.soak.book import SETTLED, Book, Offers
from tests.soak.deed import Deed
from tests.soak.faults import ENDING, FOREIGN, FORFEITS, Struck, chosen
from tests.soak.hand import ODD, PAGE, Hand
from tests.soak.stage import Life, Stage
from tests.soak.tally import Tally

KEYS = {"s": 6, "r": 5, "d": 5, "c": 4, "p": 2, "m": 1, "o": 4, "e": 1, "a": 1, "u": 1, "x": 1,
        "P": 2, "b": 1}  # fmt: skip
"""How often each is pressed."""

TURNS = "oru"
"""Those that may turn a running domain off."""

FAULTY = 0.45
"""How many deeds meet a fault."""

FEW = {**KEYS, "s": 30}
MANY = {**KEYS, "s": 1, "d": 9, "c": 6}
LOT = 10
"""Snapshots of one domain after which fewer are taken."""

LONG = 25
"""Deeds after which it is told how much memory a kvmtui needed."""

LOST = re.compile(r" lost .+ ago, F5 tries again")
"""What the screen says while the host is not connected."""

WHOLE = 120.0
"""Seconds in which kvmtui and another client find the host again after a fault."""

Say = Callable[[str], object]


class Soak:
    """One run; ``go`` ends early only when what is played on is broken."""

    def __init__(self, stage: Stage, driver: Driver, seed: int, say: Say) -> None:
        self._stage = stage
        self._driver = driver
        self._random = Random(seed)
        self._say = say
        self.tally = Tally(seed)
        self._books = {
            domain.name: Book(domain, but="vda" if domain is stage.guest else "")
            for domain in stage.domains
        }
        self._frozen = False
        """Somebody wanted the guest frozen."""
        self._number = 0
        self._endings = 0.0
        """Seconds for which there are faults that kvmtui ends by."""
        self._story: list[str] = []

    async def go(self, seconds: float) -> None:
        """So long, then one look at everything.

        The kvmtui that is there after a third of the time lives to the end: its memory is followed.
        """
        begun = time.monotonic()
        self._endings = seconds / 3
        self._stage.begin()
        self._watcher = Life(await asyncio.to_thread(self._stage.kvmtui))
        self._watcher.measure()
        while time.monotonic() < begun + seconds:
            await self._one()
            self.tally.seconds = time.monotonic() - begun
        for life in (self._watcher, self._stage.life):
            await asyncio.to_thread(self._farewell, life)

    async def _one(self) -> None:
        number = self._random.randrange(len(self._stage.domains))
        domain = self._stage.domains[number]
        book = self._books[domain.name]
        self._number += 1
        book.write(self._number % 250 + 1)
        key = self._key(domain, len(book.held))
        ran = domain.state == "running"
        fault = None
        if self._random.random() < FAULTY:
            agent, ending = domain is self._stage.guest, self.tally.seconds < self._endings
            name = chosen(self._random, agent=agent, ending=ending)
            fault = Struck(name, self._stage, domain, self._random)
        begun = time.monotonic()
        deed = await asyncio.to_thread(self._act, number, key, book, fault)
        seconds = time.monotonic() - begun
        await asyncio.to_thread(self._mend, fault)
        self.tally.deeds[f"{deed.key} {deed.result}"] += 1
        struck = f" [{fault.name}]" if fault else ""
        told = f"{domain.name}: {deed.key} {deed.title}{struck}: {deed.result} {deed.says}"
        self._story.append(f"{self._number}. {seconds:.1f} s {told}")
        self._say(self._story[-1])
        await self._judge(book, deed, forfeit=fault is not None and fault.name in FORFEITS)
        if ran and fault is None and key not in TURNS and domain.state == "shut off":
            self._violation(f"{domain.name} is off: {self._stage.last_words(domain)}")

    def _key(self, domain: LabDomain, snapshots: int) -> str:
        weights = FEW if snapshots < 2 else MANY if snapshots > LOT else KEYS
        if domain is self._stage.guest:
            weights = {**weights, "f": 2, "t": 12 if self._frozen else 1}
        return self._random.choices(list(weights), list(weights.values()))[0]

    def _act(self, number: int, key: str, book: Book, fault: Struck | None) -> Deed:
        """The deed; a fault strikes when it is agreed to, or before."""
        if fault is not None:
            self.tally.faults[fault.name] += 1
            if self._random.random() < 0.25:
                fault.strike()
        life = self._stage.life
        hand = Hand(life.terminal, self._random)
        name = f"s{self._number}{self._random.choice(ODD)}"
        try:
            hand.clear()
            hand.domain(number)
            return hand.act(
                key, book.domain.name, name, {*book.held}, fault.strike if fault else lambda: None
            )
        except (AssertionError, OSError) as stuck:
            died = life.terminal.process.poll() is not None
            if fault is None or not (died or fault.name in ENDING):
                return Deed(key, result="unanswered", says=str(stuck))
            return Deed(key, result="died")

    def _mend(self, fault: Struck | None) -> None:
        """The fault is over, and there is a kvmtui that obeys."""
        if fault is not None:
            fault.mended()
        self._revive("kvmtui's calls" if fault is None or fault.name not in FOREIGN else fault.name)
        stage, life = self._stage, self._stage.life
        process = life.terminal.process
        if fault is not None and fault.name in ENDING:
            with suppress(Exception):
                process.wait(30)
            if process.poll() is None:
                self._violation(f"kvmtui goes on after: {fault.name}")
        if process.poll() is not None:
            if fault is None or fault.name not in ENDING:
                self._violation(f"kvmtui has ended with {process.returncode}")
            self._buried(life)
            stage.begin()
            return
        with suppress(AssertionError):
            life.terminal.until(lambda text: not LOST.search(text), WHOLE)
        for each in (life, self._watcher):
            each.measure()
        stuck = Hand(life.terminal, self._random).lives()
        if stuck:
            self._violation(stuck)
        noise = life.noise() or self._watcher.noise() or stage.leaks()
        if noise:
            self._violation(noise)

    def _revive(self, suspect: str) -> None:
        """A libvirtd that is gone now died of what it was asked: kvmtui must not ask that."""
        daemon = self._stage.daemon
        if daemon.lives:
            return
        told = f"libvirtd died amid {suspect}: {daemon.last_words()}"
        daemon.start()
        if suspect in FOREIGN:
            self.tally.deaths[suspect] += 1
            self._say(told)
        else:
            self._violation(told)

    def _buried(self, life: Life) -> None:
        noise = life.noise()
        if noise:
            self._violation(noise)
        if life.memory.wrong:
            self._violation(life.memory.wrong)
        life.terminal.forget()
        if len(life.memory.samples) > LONG:
            self.tally.memory.append(life.memory)

    async def _judge(self, book: Book, deed: Deed, *, forfeit: bool) -> None:
        if deed.result == "unanswered":
            self._violation(f"the screen did not tell what became of it: {deed.says}")
        known, offers = await self._known(book.domain.name)
        before = book.checks
        wrong = await asyncio.to_thread(lambda: [*book.judge(deed, known, forfeit=forfeit)])
        of_snapshots = await asyncio.to_thread(lambda: [*book.judge_snapshots(known, offers)])
        if of_snapshots and deed.result == "left":  # it went on between the two readings
            await asyncio.sleep(SETTLED)
            known, offers = await self._known(book.domain.name)
            of_snapshots = await asyncio.to_thread(lambda: [*book.judge_snapshots(known, offers)])
        for violation in (*wrong, *of_snapshots):
            self._violation(violation)
        if book.domain is self._stage.guest:
            await asyncio.to_thread(self._frost, deed)
        self.tally.checks += book.checks - before
        self.tally.offers += len(offers)

    def _frost(self, deed: Deed) -> None:
        """Nobody but the user leaves a guest frozen."""
        self._frozen = (self._frozen or (deed.key == "f" and deed.result != "refused")) and not (
            deed.key == "t" and deed.done
        )
        with suppress(AgentFailed, libvirt.libvirtError):
            frozen = self._stage.guest.agent("guest-fsfreeze-status", timeout=10) == "frozen"
            if frozen and not self._frozen:
                self._violation("the guest is left frozen")
            self._frozen = frozen

    async def _known(self, name: str) -> tuple[Domain, Offers]:
        """The domain as another kvmtui sees it, and its word on every snapshot."""
        driver, deadline = self._driver, time.monotonic() + WHOLE
        while True:
            try:
                if driver.host.link is not Link.OPEN:
                    driver.fleet.refresh()
                    await driver.until(lambda host: host.link is Link.OPEN, 20)
                ref = driver.ref(name)
                driver.fleet.select(ref)
                domain = await driver.fleet.fresh(ref)
                break
            except (HostError, AssertionError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.to_thread(self._revive, "kvmtui's calls")
                await asyncio.sleep(0.2)
        forest = domain.forest
        assert forest is not None
        offers: Offers = {}
        for snapshot in forest.snapshots:
            wish = Revert(ref, snapshot.name, safety=False, ram=False)
            offers[snapshot.name] = planner.make(driver.fleet.world, wish)
        return driver.domain(name), offers

    def _violation(self, told: str) -> None:
        story = "\n    ".join(self._story[-25:])
        self.tally.violations.append(f"{told}\n  after\n    {story}")
        self._say(f"VIOLATION: {told}")

    def _farewell(self, life: Life) -> None:
        """Quits as a person does, and the terminal is as it was."""
        try:
            Hand(life.terminal, self._random).clear()
            life.measure()
            life.terminal.press("q")
            life.terminal.until(lambda text: PAGE.search(text) or not life.runs, 20)
            life.terminal.press(*(["right", "enter"] if life.runs else []))
            status = life.terminal.ends(20)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as stuck:
            self._violation(f"kvmtui does not quit: {stuck}")
            return
        if status or not life.terminal.restored():
            self._violation(f"kvmtui left with {status} and spoilt the terminal")
        self._buried(life)
