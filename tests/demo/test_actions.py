"""What works on a real host works on the demo."""

from __future__ import annotations

import pytest

from kvmtui.demo.fleet import CI, DC, FILES, INTRANET, MAIL
from tests.demo.lair import Child

pytestmark = pytest.mark.embed
DISK_ONLY = 16


def test_takes_and_merges_a_snapshot_of_a_raw_disk(embedded: Child) -> None:
    xml = "<domainsnapshot><name>x</name></domainsnapshot>"
    embedded.ask("call", DC.name, "snapshotCreateXML", xml, DISK_ONLY)
    assert len(embedded.ask("facts")[DC.name]["chain"]) == 2
    embedded.ask("call", DC.name, "resume")
    embedded.ask("snapshot", DC.name, "x", "delete")
    assert len(embedded.ask("facts")[DC.name]["chain"]) == 1
    embedded.ask("call", DC.name, "suspend")


def test_reverts_between_branches(embedded: Child) -> None:
    shutoff, running = 5, 1
    assert embedded.ask("snapshot", INTRANET.name, "base-endurecida", "revert")[0] == shutoff
    assert embedded.ask("snapshot", INTRANET.name, "php8.2-falla", "revert")[0] == running
    assert embedded.ask("facts")[INTRANET.name]["snapshots"]["php8.2-falla"]["current"]
    last = INTRANET.snapshots[-1].name
    assert embedded.ask("snapshot", INTRANET.name, last, "revert")[0] == running


def test_agent_does_not_answer(embedded: Child) -> None:
    answer = embedded.ask("call", MAIL.name, "fsFreeze", None, 0)
    assert "guest agent is not connected" in answer["error"]


def test_starts_what_is_off(embedded: Child) -> None:
    embedded.ask("call", CI.name, "create")
    assert embedded.ask("call", CI.name, "isActive") == 1
    embedded.ask("call", CI.name, "destroy")
    assert embedded.ask("call", FILES.name, "isActive") == 0


def test_screen_stays_clean(embedded: Child) -> None:
    embedded.ask("call", MAIL.name, "snapshotLookupByName", "there is none")
    assert embedded.stderr() == ""
