"""Agents that are not what they seem: one that lies, and one that may not do everything."""

from __future__ import annotations

import base64
import time

import pytest

from kvmtui.model.guest import Answer
from kvmtui.plans.wishes import Create, FreezeGuest
from tests.host.driver import Driver
from tests.lab.guest import GuestDomain
from tests.lab.test_plans_aftermath import restart_agent
from tests.lab.test_plans_guest import answered

pytestmark = pytest.mark.lab

LIAR = r"""
for port in /sys/class/virtio-ports/*; do
  grep -q guest_agent $port/name && exec 3<>/dev/$(basename $port)
done
while :; do
  read -r line <&3 || { sleep 0.05; continue; }
  case "$line" in
    *guest-sync*) id=${line##*\"id\":}; id=${id%%\}*}
      case "$line" in *delimited*) printf '\377' >&3;; esac
      echo "{\"return\": $id}" >&3;;
    *guest-ping*) echo '{"return": {}}' >&3;;
    *) echo '{"return": ANSWER}' >&3;;
  esac
done
"""
"""Speaks as an agent does until it is asked for anything but to answer."""


@pytest.mark.parametrize("answer", ["[[[7]]]", '"\\u001b[2Jthawed\\u0007"'])
async def test_an_agent_that_answers_nonsense_is_not_believed(
    driver: Driver, guest: GuestDomain, answer: str
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    script = base64.b64encode(LIAR.replace("ANSWER", answer).encode()).decode()
    guest.run("kill -9 $(cat /run/qemu-ga.pid)")
    await answered(driver, Answer.UNASKED)
    guest.run(f"echo {script} | base64 -d > /tmp/liar; sh /tmp/liar > /tmp/lies 2>&1 &")
    await answered(driver, Answer.SILENT, 20)
    shown = driver.domain("guest")
    assert shown.guest is not None
    assert shown.guest.trouble == "its answers make no sense"
    for wish in (FreezeGuest(ref), Create(ref, "s1", quiesce=True)):
        assert await driver.refused(wish) == "agent silent"
    begun = time.monotonic()
    await driver.carry_out(Create(ref, "s1"))
    assert time.monotonic() - begun < 5


async def test_an_agent_that_may_not_freeze_tells_all_the_rest(
    driver: Driver, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    before = driver.domain("guest").guest
    assert before is not None
    blocked = ",".join(f"guest-fsfreeze-{verb}" for verb in ("status", "freeze"))
    restart_agent(guest, f"--block-rpcs={blocked}")
    driver.fleet.refresh(ref)
    await driver.until_domain("guest", lambda d: d.guest and d.guest.unable, 20, "asked")
    shown = driver.domain("guest")
    assert shown.guest is not None
    assert (shown.guest.answer, shown.trouble) == (Answer.ANSWERING, "")
    assert (shown.guest.hostname, shown.guest.version) == (before.hostname, before.version)
    assert "guest-fsfreeze-status" in shown.guest.unable
    for wish in (FreezeGuest(ref), Create(ref, "s1", quiesce=True)):
        assert await driver.refused(wish) == "agent unable"
