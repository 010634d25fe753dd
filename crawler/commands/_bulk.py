"""Files by the thousand, as `import` and `reextract` take them."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crawler.bundled import PROGRAM
from crawler.counted import counted, number_typed
from crawler.errors import PartlyError, UsageError
from crawler.extract.version import extractor_version
from crawler.text import as_typed, shown_line

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.bulk.tasks import Done, Limits, Task

_CMDLINE = 40
"""Priority of settings that were typed: https://docs.scrapy.org/en/latest/topics/settings.html."""
_SHOWN = 20


def add_bulk_options(parser: argparse.ArgumentParser) -> None:
    """Add those that belong to --shards."""
    parser.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler, tcp://host:8786")
    parser.add_argument("--minutes", metavar="N", help="a file may take; default: 360")
    parser.add_argument("--memory", metavar="MB", help="a file may take; default: 4096")
    if not any(action.dest == "again" for action in parser._actions):
        parser.add_argument(
            "--again", action="store_true", help="with --shards: also files that are done"
        )


def refuse_bulk_options(opts: argparse.Namespace) -> None:
    """Raise UsageError where they stand without it."""
    for name in ("scheduler", "minutes", "memory"):
        if getattr(opts, name) is not None:
            raise UsageError(f"--{name} belongs to --shards FOLDER")


def each_word(words: Iterable[str]) -> Iterator[str]:
    """Words of a command line, and of the files that `@FILE` names: more files than a command line
    can hold. Raises UsageError."""
    for word in words:
        if not word.startswith("@") or Path(word).exists():
            yield word
            continue
        try:
            lines = Path(word[1:]).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{word} cannot be read ({error})") from error
        yield from (line.strip() for line in lines if line.strip())


def bulk(
    verb: Literal["import", "reextract"], sources: Sequence[str], opts: argparse.Namespace,
    jobs: int, settings: BaseSettings, sites: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Do a task for each file, and say what came of them. Raises PartlyError where some were set
    aside or are damaged, UsageError, OSError."""
    from crawler.bulk.tasks import Task, all_remembered, left_to_do

    if opts.scheduler is not None and jobs:
        raise UsageError("--jobs is for this machine; how many a cluster does, its workers say")
    folder = Path(opts.shards).expanduser().resolve()
    if (folder / "archive.db").exists() and verb == "import":
        raise UsageError(f"--shards {folder} is an archive; name a folder for many of them")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--shards {folder} cannot be made ({error.strerror})") from error
    limits = _limits(opts)
    typed = {
        name: value
        for name, value in settings.items()
        if (settings.getpriority(name) or 0) >= _CMDLINE
        and isinstance(value, str | int | float | bool | None)
    }
    tasks = [
        Task(verb, source, str(folder), extractor_version(), sites, typed, limits, opts.again)
        for source in sources
    ]
    other = {each.about for each in all_remembered(folder, "import")} - {" ".join(sites)}
    if verb == "import" and other:
        wanted = " ".join(other) or "all newspapers"
        raise UsageError(
            f"--shards {folder} has what is of {wanted}; name another folder for what is not"
        )
    began = time.monotonic()
    todo, known = left_to_do(tasks, folder)
    results = [*known]
    busy: list[Task] = []
    of_source = {task.source: task for task in todo}
    for done in _each_done(todo, opts.scheduler, jobs, folder):
        if done.state == "busy":  # by the same file under another name, perhaps, which is done now
            busy.append(of_source[done.source])
            continue
        results.append(done)
        _show(done, len(results), len(tasks))
    results += _each_done(busy, opts.scheduler, jobs, folder)
    print(summary(verb, results, len(known), time.monotonic() - began))
    if verb == "import":
        shards = as_typed(opts.shards)
        print(f"Unite them: {PROGRAM} merge -o union.db {shards}", file=sys.stderr)
    _tell_of_the_rest(verb, results)


def _each_done(
    todo: Sequence[Task], scheduler: str | None, jobs: int, folder: Path
) -> Iterator[Done]:
    if not todo:
        return
    if scheduler is not None:
        from crawler.bulk import cluster

        yield from cluster.each_done(todo, scheduler, folder)
    else:
        from crawler.bulk import local

        yield from local.each_done(todo, jobs or os.cpu_count() or 1)


def _limits(opts: argparse.Namespace) -> Limits:
    from crawler.bulk.tasks import Limits

    found = {}
    for option, name in (("minutes", "minutes"), ("memory", "megabytes")):
        word = getattr(opts, option)
        if word is not None:
            number = number_typed(word)
            if number is None:
                raise UsageError(f"--{option} {shlex.quote(word)} must be a number of 1 or more")
            found[name] = number
    return Limits(**found)


def summary(verb: str, results: Sequence[Done], before: int, seconds: float) -> str:
    """What came of all files, for a person."""
    states = Counter(each.state for each in results)
    totals: Counter[str] = Counter()
    for each in results:
        if each.state in ("done", "damaged"):
            totals.update(each.totals)
    what = "file" if verb == "import" else "archive"
    line = counted(states["done"] + states["damaged"], what) + " done"
    if before:
        line += f"; {before:,} were known from before"
    if states["known"]:
        line += f"; {states['known']:,} the same as others"
    lines = [f"{line}; {seconds:.1f} s"]
    if verb == "import":
        lines.append(
            f"{counted(totals['new_articles'], 'article')},"
            f" {counted(totals['new_revisions'], 'further revision')},"
            f" {counted(totals['captures'], 'capture')}"
        )
        if totals["other sites records"]:
            lines.append(
                f"Records of other newspapers, not copied: {totals['other sites records']:,}"
            )
    else:
        read = sum(totals.values())
        lines.append(f"{counted(read, 'page')} re-extracted: {totals['changed']:,} changed")
    return "\n".join(lines)


def _tell_of_the_rest(verb: str, results: Sequence[Done]) -> None:
    rest = [each for each in results if each.state in _said]
    for each in rest[:_SHOWN]:
        name = Path(each.source).name
        print(shown_line(f"{PROGRAM} {verb}: {name} {_said[each.state]}: {each.reason}"),
              file=sys.stderr)  # fmt: skip
    if len(rest) > _SHOWN:
        print(f"{PROGRAM} {verb}: … and {len(rest) - _SHOWN:,} more", file=sys.stderr)
    if rest:
        states = Counter(each.state for each in rest)
        said = ", ".join(f"{number:,} {_said[state]}" for state, number in sorted(states.items()))
        how = ["the same command goes on"] if {"stopped", "busy"} & set(states) else []
        if {"damaged", "set aside"} & set(states):
            how.append(
                "to try one once more, name it alone with --again" if verb == "import"
                else "--again tries all once more"
            )  # fmt: skip
        raise PartlyError(f"of {len(results):,}: {said}; {'; '.join(how)}")


_said = {
    "damaged": "damaged in part", "set aside": "set aside", "stopped": "stopped", "busy": "in use",
}  # fmt: skip


def _show(done: Done, number: int, of: int) -> None:
    if sys.stderr.isatty():
        name = Path(done.source).name
        print(shown_line(f"{number:,} of {of:,}: {name} {done.state}"), file=sys.stderr)
