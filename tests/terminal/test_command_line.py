"""What the program says without a screen: options, plain text, and why there is no host."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kvmtui import __version__
from tests.hostile.values import harmless
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.terminal.conftest import PROGRAM, Plain, Run, surroundings
from tests.terminal.screen import go_to, layers

pytestmark = pytest.mark.terminal

ABSENT = "qemu:///system?socket=/nowhere/libvirt-sock"
SENTENCES = {
    ABSENT: "start libvirtd (or virtqemud), or name another host with -c URI",
    "qmeu:///system": "check the spelling of qmeu:///system, for example qemu:///system",
}


@pytest.mark.parametrize("uri", SENTENCES)
def test_a_host_out_of_reach_is_one_sentence_with_cause_and_mend(uri: str, kvmtui: Run) -> None:
    terminal = kvmtui("-c", uri)
    assert terminal.ends(5) == 1
    said = " ".join(terminal.display.raw.decode().split())
    assert said.startswith(f"kvmtui: cannot connect to {uri}: ")
    assert said.endswith(f"; {SENTENCES[uri]}")
    assert b"\x1b" not in terminal.display.raw
    assert terminal.display.raw.count(b"\n") == 1


@pytest.mark.parametrize("uri", SENTENCES)
def test_plain_text_needs_a_host_as_well(uri: str, plain: Plain) -> None:
    done = plain("-c", uri, "show")
    assert done.returncode == 1
    assert SENTENCES[uri] in done.stderr
    assert done.stderr.count("\n") == 1


ODD = "\x1b]0;x\x07\x9b2J\u202e"


@pytest.mark.parametrize(
    "words",
    [
        (ODD,),
        (f"--{ODD}",),
        ("show", "-c", "x", ODD, ODD),
        ("-c", f"qemu+tcp://u:hunter2@127.0.0.1:1/{ODD}", "show"),
        ("-c", f"qmeu://u:hunter2@127.0.0.1:1/{ODD}", "show"),
        ("-c", "test:///\udcff", "show"),
        ("-c", "test:///default", "show", ODD),
    ],
    ids=ascii,
)
def test_what_was_typed_is_told_harmlessly_and_without_passwords(
    words: tuple[str, ...], plain: Plain
) -> None:
    done = plain(*words)
    assert done.returncode != 0
    assert done.stderr.startswith(("kvmtui: ", "usage: "))
    assert all(harmless(line) for line in (done.stdout + done.stderr).splitlines())
    assert not {"hunter2", "Traceback"} & set(re.findall(r"\w+", done.stderr))


@pytest.fixture
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A socket that takes connections and never answers."""
    path = tmp_path_factory.mktemp("s") / "sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        yield path


def test_ctrl_c_gives_up_connecting(silent: Path, kvmtui: Run) -> None:
    terminal = kvmtui("-c", f"qemu:///system?socket={silent}")
    terminal.until("(Ctrl-C gives up)")
    begun = time.monotonic()
    terminal.press("ctrl+c")
    assert terminal.ends(2) == 130
    assert time.monotonic() - begun < 1
    assert "1049" not in terminal.display.raw.decode()
    assert "kvmtui: given up" in terminal.text()


@pytest.mark.lab
def test_one_of_two_hosts_is_enough(kvmtui: Run, daemon: Daemon) -> None:
    terminal = kvmtui("-c", ABSENT, "-c", daemon.uri)
    terminal.until("no domains")
    terminal.until("lost")
    terminal.press("q")
    assert terminal.ends(2) == 0


def test_without_a_terminal_there_is_show(plain: Plain) -> None:
    done = plain()
    assert done.returncode == 2
    assert done.stderr == "kvmtui: a terminal is needed; for plain text run: kvmtui show\n"
    assert done.stdout == ""


def test_the_demo_is_no_host_to_connect_to(plain: Plain) -> None:
    done = plain("--demo", "-c", "test:///default", "show")
    assert done.returncode == 2
    assert done.stderr == "kvmtui: --demo makes a host of its own: leave -c away\n"


def test_the_version_is_told(plain: Plain) -> None:
    done = plain("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"kvmtui {__version__}\n", "")


def test_help_names_every_option(plain: Plain) -> None:
    done = plain("--help")
    assert done.returncode == 0
    for option in ("--connect", "--read-only", "--demo", "--version", "show [DOMAIN]"):
        assert option in done.stdout


@pytest.mark.lab
def test_show_prints_what_the_screen_shows(
    plain: Plain, daemon: Daemon, new_blank: NewBlank
) -> None:
    domain = new_blank("plain")
    daemon.virsh("snapshot-create-as", "plain", "[red]x")
    whole = plain("-c", daemon.uri, "show")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "○ plain " in whole.stdout
    one = plain("-c", daemon.uri, "show", "plain")
    assert (one.returncode, one.stderr) == (0, "")
    assert "[red]x" in one.stdout
    assert domain.disks[0].name in one.stdout
    assert "\x1b" not in whole.stdout + one.stdout
    none = plain("-c", daemon.uri, "show", "nosuch")
    assert (none.returncode, none.stdout) == (1, "")
    assert none.stderr == "kvmtui: no domain is called nosuch\n"


def test_a_pipe_that_is_closed_early_is_no_trouble(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [PROGRAM, "-c", "test:///default", "show"],
            env=surroundings(tmp_path),
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_what_cannot_be_spelled_is_replaced(plain: Plain) -> None:
    done = plain("-c", "test:///default", "show", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "? test " in done.stdout


@pytest.mark.lab
def test_read_only_has_no_key_that_changes_anything(
    kvmtui: Run, daemon: Daemon, new_blank: NewBlank
) -> None:
    new_blank("looked-at")
    daemon.virsh("snapshot-create-as", "looked-at", "kept")
    terminal = kvmtui("-c", daemon.uri, "--read-only")
    terminal.until("kept")
    go_to(terminal, "looked-at")
    before = terminal.until(lambda text: layers(text) == 1)
    footer = before.splitlines()[-1].split()
    assert footer == ["J", "journal", "?", "help", "q", "quit"]
    terminal.press(*"srdcoxP")
    terminal.still()
    assert terminal.text() == before
    assert daemon.virsh("snapshot-list", "looked-at", "--name") == "kept"
