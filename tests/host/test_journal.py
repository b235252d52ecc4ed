"""The journal is its owner's alone, one JSON object a line, and never in the way."""

from __future__ import annotations

import errno
import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kvmtui.host.journal import KEPT, Entry, Journal, state_dir
from kvmtui.model.value import replace
from tests.worlds import HOSTILE

ENTRY = Entry(1.5, "qemu:///system", "web", "take snapshot “s1”", "virsh x", "done", 0.25, ok=True)


def test_a_line_holds_everything_of_an_entry_and_lines_are_added(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "kvmtui"
    for number in range(2):
        Journal(directory).write(replace(ENTRY, time=float(number)))
    lines = (directory / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["time"] for line in lines] == [0.0, 1.0]
    assert json.loads(lines[0]) == {
        "time": 0.0,
        "host": "qemu:///system",
        "domain": "web",
        "says": "take snapshot “s1”",
        "virsh": "virsh x",
        "result": "done",
        "seconds": 0.25,
        "ok": True,
    }


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        journal = Journal(tmp_path / "deep" / "state" / "kvmtui")
        journal.write(ENTRY)
    finally:
        os.umask(before)
    assert mode(journal.path) == 0o600
    for folder in journal.path.parents[:3]:
        assert mode(folder) == 0o700


def test_what_others_could_read_before_they_cannot_any_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "kvmtui")
    journal.path.parent.mkdir()
    journal.path.write_text("{}\n")
    journal.path.chmod(0o666)
    journal.path.parent.chmod(0o777)
    journal.write(ENTRY)
    assert (mode(journal.path.parent), mode(journal.path)) == (0o700, 0o600)
    assert len(journal.path.read_text().splitlines()) == 2


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe"])
def test_nothing_is_written_to_where_another_name_leads(tmp_path: Path, kind: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept")
    journal = Journal(tmp_path / "kvmtui")
    journal.path.parent.mkdir()
    match kind:
        case "link":
            journal.path.symlink_to(victim)
        case "dangling link":
            journal.path.symlink_to(tmp_path / "new")
        case "hard link":
            journal.path.hardlink_to(victim)
        case "pipe":
            os.mkfifo(journal.path)
    journal.write(ENTRY)
    assert journal.trouble.startswith("journal not written: ")
    assert (victim.read_text(), (tmp_path / "new").exists()) == ("kept", False)


def test_nobody_but_root_writes_to_a_file_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "kvmtui")
    journal.write(ENTRY)
    monkeypatch.setattr(os, "geteuid", lambda: 65_534)
    journal.write(ENTRY)
    assert "no file of one's own" in journal.trouble
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    journal.write(ENTRY)
    assert journal.trouble == ""
    assert len(journal.path.read_text().splitlines()) == 2


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_stays_within_its_line(tmp_path: Path, name: str) -> None:
    journal = Journal(tmp_path)
    journal.write(replace(ENTRY, domain=name, result=name))
    journal.write(ENTRY)
    lines = journal.path.read_bytes().split(b"\n")
    assert [json.loads(line)["domain"] for line in lines[:-1]] == [name, "web"]
    assert lines[-1] == b""


def test_a_surrogate_from_somewhere_does_not_raise(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(replace(ENTRY, result="broken \udc80 name"))
    journal.write(ENTRY)
    assert len(journal.entries) == 2


def test_any_name_is_written_whatever_the_locale(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kvmtui.host.journal import Entry, Journal\n"
        "entry = Entry(0.0, 'h', 'm\\u00e1y ch\\u1ee7', '\\u201cs1\\u201d', '', '', 0.0, True)\n"
        "Journal(Path(sys.argv[1])).write(entry)"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **plain},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = json.loads((tmp_path / "journal.jsonl").read_text("utf-8"))
    assert (line["domain"], line["says"]) == ("máy chủ", "“s1”")


@pytest.mark.parametrize("obstacle", ["file in the way", "directory in the way", "full"])
def test_what_cannot_be_written_is_told_and_kept_for_the_screen(
    tmp_path: Path, obstacle: str
) -> None:
    directory = tmp_path / "state"
    if obstacle == "file in the way":
        directory.write_text("")
    else:
        directory.mkdir()
        if obstacle == "directory in the way":
            (directory / "journal.jsonl").mkdir()
    journal = Journal(directory)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0 if obstacle == "full" else limits[0], limits[1]))
    try:
        journal.write(ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(journal.entries) == [ENTRY]
    assert journal.trouble.startswith("journal not written: ")


def test_trouble_ends_when_writing_works_again(tmp_path: Path) -> None:
    in_the_way = tmp_path / "state"
    in_the_way.write_text("")
    journal = Journal(in_the_way)
    journal.write(ENTRY)
    in_the_way.unlink()
    journal.write(ENTRY)
    assert journal.trouble == ""
    assert len(journal.path.read_text().splitlines()) == 1


def test_a_line_that_was_torn_off_does_not_spoil_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(ENTRY)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.stat().st_size + 9, hard))
    try:
        for number in (2.0, 3.0):
            journal.write(replace(ENTRY, time=number))
            assert journal.trouble.startswith("journal not written: ")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.write(replace(ENTRY, time=4.0))
    assert journal.trouble == ""
    first, torn, last = journal.path.read_text().splitlines()
    assert [json.loads(line)["time"] for line in (first, last)] == [1.5, 4.0]
    assert len(torn) == 9


def test_the_screen_keeps_only_the_last_ones(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(KEPT + 3):
        journal.write(replace(ENTRY, time=float(number)))
    assert (len(journal.entries), journal.entries[0].time) == (KEPT, 3.0)


def test_its_place_follows_the_xdg_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/x/state")
    assert state_dir() == Path("/x/state/kvmtui")
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "/home/a")
    assert state_dir() == Path("/home/a/.local/state/kvmtui")


def test_a_file_server_that_does_not_answer_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(path: str) -> None:
        raise OSError(errno.ETIMEDOUT, "its file server does not answer", path)

    monkeypatch.setattr("kvmtui.host.journal.reach", silent)
    journal = Journal(tmp_path / "kvmtui")
    journal.write(ENTRY)
    assert "does not answer" in journal.trouble
    assert (list(journal.entries), journal.path.parent.exists()) == ([ENTRY], False)
