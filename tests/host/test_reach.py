"""A file server that is gone holds up one thread, and nothing is made up of what lies there."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host import clocks, folders, here, images, mounts, places, reach
from kvmtui.model.disk import Layer
from kvmtui.model.folder import Folder
from kvmtui.model.place import Place, There
from tests.lab import disk
from tests.lab.patience import eventually

MOUNTED = "36 35 0:51 / {} rw,relatime shared:1 - nfs4 nas:/images rw,vers=4.2\n"


class Server:
    """What is mounted at a folder with a blank in its name."""

    def __init__(self, folder: Path) -> None:
        self.point = folder / "the nas"
        self.point.mkdir()
        self.gone = threading.Event()
        self.back = threading.Event()
        self.asked = 0

    def touched(self, function: Any) -> Any:
        def touch(path: Any, *arguments: Any, **named: Any) -> Any:
            if self.gone.is_set() and str(self.point) in str(path) and not self.back.is_set():
                self.asked += 1
                self.back.wait(5)
            return function(path, *arguments, **named)

        return touch


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that answers until it is ``gone``."""
    made = Server(tmp_path)
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTED.format(str(made.point).replace(" ", r"\040")))
    monkeypatch.setattr(mounts, "MOUNTS", table)
    monkeypatch.setattr(reach, "PATIENCE", 0.2)
    monkeypatch.setattr(reach, "FRESH", 0.0)
    monkeypatch.setattr(reach, "_servers", {})
    monkeypatch.setattr(reach, "_mounts", (float("-inf"), ()))
    for name in ("stat", "statvfs", "open", "scandir", "lstat"):
        monkeypatch.setattr(os, name, made.touched(getattr(os, name)))
    yield made
    made.back.set()


@pytest.fixture
def image(server: Server) -> Path:
    return disk.create(server.point / "a.qcow2", mib=4)


def test_while_it_answers_nothing_is_different(server: Server, image: Path) -> None:
    reach.reach(str(image))
    sight = here.Here(times=True).look(Layer(str(image), format="qcow2"))
    assert (sight.known, sight.layer.missing, sight.layer.unread) == (True, False, "")


def test_everybody_is_told_and_one_thread_waits(server: Server, image: Path) -> None:
    server.gone.set()
    before, begun = threading.active_count(), time.monotonic()
    for path in (image, server.point, image.with_name("b")):
        for _ in range(5):
            with pytest.raises(TimeoutError, match="its file server does not answer"):
                reach.reach(str(path))
    assert time.monotonic() - begun < 1
    assert (threading.active_count(), server.asked) == (before + 1, 1)
    server.back.set()
    eventually(lambda: answers(image), "it is reached again")


def answers(image: Path) -> bool:
    with suppress(TimeoutError):
        reach.reach(str(image))
        return True
    return False


@pytest.mark.parametrize("way", ["folder", "file", "relative"])
def test_links_that_lead_there_are_seen_through(
    way: str, server: Server, image: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    target = {"folder": server.point, "file": image, "relative": Path("the nas")}[way]
    link.symlink_to(target)
    server.gone.set()
    with pytest.raises(TimeoutError):
        reach.reach(str(link if way == "file" else link / "a.qcow2"))
    reach.reach(str(tmp_path / "elsewhere" / "a.qcow2"))


def test_a_circle_of_links_leads_nowhere(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    reach.reach(str(tmp_path / "a" / "c"))


def test_nothing_is_made_up_of_what_lies_there(server: Server, image: Path, tmp_path: Path) -> None:
    """Neither that an image is missing, nor that a place is free, nor that a file is unused."""
    beside = disk.create(tmp_path / "beside.qcow2", mib=4)
    server.gone.set()
    path = str(image)
    sight = here.Here(times=True).look(Layer(path, format="qcow2"))
    assert (sight.known, sight.layer.missing) == (False, False)
    assert sight.layer.unread == "its file server does not answer"
    assert images.below(path, {}) is None
    assert (images.beside(str(server.point)), images.free(str(server.point))) == (None, None)
    assert (clocks.of(path), clocks.is_served(path)) == ("", False)
    assert (images.changed(path), images.info(path)) == (None, [])
    assert places.looked_at(path) == Place(path)
    assert places.looked_at(path).there is There.UNKNOWN
    own = str(tmp_path)
    assert folders.looked_into((own,), frozenset({path})) == (Folder(own, unread=1),)
    assert [f.path for f in folders.looked_into((own,), frozenset())[0].files] == [str(beside)]
    with pytest.raises(TimeoutError):
        list(folders.below(path, set()))


def test_where_mounts_are_not_known_nobody_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "none")
    assert mounts.remote() == ()
    server.gone.set()
    reach.reach(str(server.point))
