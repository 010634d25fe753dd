"""Archives that a command line names many of: folders of them, patterns, lists."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.archive.database import FILE_NAME
from crawler.archive.members import Named
from crawler.errors import UsageError


def archives_named(words: Iterable[str]) -> list[Named]:
    """The archives that words name, each once: an archive, a folder with archives somewhere in it,
    a pattern of either, `NAME=ARCHIVE`, or `@FILE` with one of these a line.

    Raises UsageError where nothing is there, and where two archives have one name.
    """
    found: dict[Path, Named] = {}
    for word in words:
        for each in _named(word):
            found.setdefault(each.folder.resolve(), each)
    names: dict[str, Named] = {}
    for each in found.values():
        other = names.setdefault(each.name, each)
        if other is not each:
            raise UsageError(
                f"{other.folder} and {each.folder} are both called {each.name}; name one of them"
                f" otherwise: NAME={shlex.quote(str(each.folder))}"
            )
    return list(names.values())


def _named(word: str, *, of_list: str | None = None) -> Iterator[Named]:
    if word.startswith("@"):
        if of_list is not None:
            raise UsageError(f"{of_list}: {word} is a list, too; write archives in a list")
        yield from _listed(word[1:])
        return
    name, equals, place = word.partition("=")
    if equals and os.sep not in name and name and not Path(word).exists():
        folders = list(_archives_at(place))
        if len(folders) != 1:
            raise UsageError(f"{word}: there are {len(folders)} archives; a name is for one")
        yield Named(_sound(name), folders[0])
        return
    for folder in _archives_at(word):
        yield Named(_sound(folder.resolve().name), folder)


def _archives_at(word: str) -> Iterator[Path]:
    path = Path(word).expanduser()
    places = [path] if path.exists() else sorted(map(Path, glob.glob(str(path))))  # noqa: PTH207
    if not places:
        raise UsageError(f"{word} is not there; name archives, or a folder of archives")
    is_pattern = not path.exists()
    none = True
    for place in places:
        if place.name == FILE_NAME and place.is_file():
            place = place.parent
        if (place / FILE_NAME).exists():
            none = False
            yield place
            continue
        for folder in _below(place):
            none = False
            yield folder
    if none:
        what = "no match of it is an archive" if is_pattern else f"there is no {FILE_NAME} in it"
        raise UsageError(f"{word}: {what}, nor in a folder in it; name archives")


def _below(place: Path) -> Iterator[Path]:
    """The archives in a folder, wherever in it. Raises UsageError where one cannot be looked into:
    what is left out unseen would be missed by nobody."""

    def cannot(error: OSError) -> None:
        raise UsageError(f"{error.filename} cannot be read ({error.strerror})")

    for around, folders, files in os.walk(place, onerror=cannot):
        folders.sort()
        if FILE_NAME in files:
            folders.clear()
            yield Path(around)
            continue
        for name in folders:  # links are not followed further than to an archive
            link = Path(around, name)
            if link.is_symlink() and (link / FILE_NAME).exists():
                yield link


def _listed(name: str) -> Iterator[Named]:
    try:
        lines = Path(name).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"@{name} cannot be read ({error})") from error
    for line in lines:
        if line.strip() and not line.startswith("#"):
            yield from _named(line.strip(), of_list=name)


def _sound(name: str) -> str:
    if "/" in name or "\\" in name or not name.strip():
        raise UsageError(f"{name!r} names no archive in a union; give it a name: NAME=ARCHIVE")
    return name
