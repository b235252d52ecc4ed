"""qcow2 images as QEMU keeps them: what each holds itself, what it stands on, what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

PAGES = 8
"""Pages of every disk."""

Pages = dict[int, int]
"""What an image holds itself."""

Content = tuple[int, ...]
"""What a guest reads, page by page."""


@dataclass
class Image:
    """One file."""

    backing: str | None
    own: Pages = field(default_factory=dict)
    inside: dict[str, Pages] = field(default_factory=dict)
    """Internal snapshots: what the image held itself; what it stands on is not part of them."""
    numbers: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    """When each was taken."""
    written: int = 0
    """When it was written to last."""


class Gone(Exception):
    """An image that is needed is not there."""


class Taken(Exception):
    """A file is there already."""


class Images:
    """All images of a host, and the saved RAM beside them."""

    def __init__(self) -> None:
        self._of: dict[str, Image] = {}
        self.ram: dict[str, frozenset[str]] = {}
        """Files of saved RAM, with the images that each names."""
        self._time = 0

    def __contains__(self, path: str) -> bool:
        return path in self._of

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __getitem__(self, path: str) -> Image:
        if path not in self._of:
            raise Gone(path)
        return self._of[path]

    def make(self, path: str, backing: str | None, pages: Pages | None = None) -> None:
        """A new image on one that must be there."""
        if path in self._of:
            raise Taken(path)
        if backing is not None:
            self[backing]
        self._of[path] = Image(backing, dict(pages or {}))
        self.touch(path)

    def touch(self, path: str) -> None:
        """It was written to now."""
        self._time += 1
        self[path].written = self._time

    def write(self, path: str, pages: Pages) -> None:
        """As a guest or a job does."""
        self[path].own.update(pages)
        self.touch(path)

    def rebase(self, path: str, backing: str | None) -> None:
        """The header names another image."""
        self[path].backing = backing
        self.touch(path)

    def remove(self, path: str) -> None:
        """The file goes, whoever needs it; nothing where there is none."""
        self._of.pop(path, None)
        self.ram.pop(path, None)

    def chain(self, path: str) -> tuple[str, ...]:
        """The image and those below it, as the headers say; ends with one that is missing."""
        found, lower = list[str](), str(path) or None
        while lower is not None:
            found.append(lower)
            lower = self._of[lower].backing if lower in self._of else None
        return tuple(found)

    def below(self, path: str) -> tuple[str, ...] | None:
        """The chain below an image; None where one is missing."""
        chain = self.chain(path)
        return chain[1:] if all(image in self._of for image in chain) else None

    def read(self, path: str, inside: str = "") -> Content:
        """What a guest reads, or would after going back to what is inside."""
        found: Pages = {}
        for image in reversed(self.chain(path)):
            here = self[image]
            if image != path or not inside:
                found.update(here.own)
            elif inside in here.inside:
                found.update(here.inside[inside])
            else:
                raise Gone(f"{inside} in {path}")
        return tuple(found.get(page, 0) for page in range(PAGES))

    def save(self, path: str, name: str, time: int) -> None:
        """An internal snapshot is taken."""
        image = self[path]
        image.inside[name] = dict(image.own)
        image.numbers[name] = max(image.numbers.values(), default=0) + 1
        image.times[name] = time
        self.touch(path)

    def load(self, path: str, name: str) -> None:
        """The image holds again what it held itself then."""
        image = self[path]
        if name not in image.inside:
            raise Gone(f"{name} in {path}")
        image.own = dict(image.inside[name])
        self.touch(path)

    def drop(self, path: str, name: str) -> None:
        """The internal snapshot goes."""
        if path in self._of and self._of[path].inside.pop(name, None) is not None:
            self._of[path].numbers.pop(name, None)
            self.touch(path)

    def merge(self, layers: tuple[str, ...]) -> None:
        """Writes into the last of these what the others hold themselves, the first on top."""
        for path in reversed(layers[:-1]):
            self[layers[-1]].own.update(self[path].own)
        self.touch(layers[-1])

    def standing_on(self, path: str) -> tuple[str, ...]:
        """Images whose headers name this one."""
        return tuple(other for other, image in self._of.items() if image.backing == path)
