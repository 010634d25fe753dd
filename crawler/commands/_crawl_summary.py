"""What a crawl says when it has ended."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from scrapy import Spider
from scrapy.crawler import Crawler

from crawler import times
from crawler.archive import database
from crawler.archive.database import open_for_reading
from crawler.archive.families import LeftOut
from crawler.archive.run_reports import papers_of
from crawler.bundled import CHECKOUT, PROGRAM
from crawler.commands import _left_out as left_out
from crawler.commands._script_pages import hint
from crawler.commands._shared import say, typed
from crawler.counted import counted
from crawler.errors import HemerotecaError
from crawler.items import State
from crawler.outcome import BLOCKED, FINISHED, INCOMPLETE, PARTLY, STOPPED, UNREACHABLE
from crawler.reasons import LEFT_OUT, NEEDS_SCRIPT, VERDICT, Reason
from crawler.text import shown

if TYPE_CHECKING:
    from crawler.extensions.session import Session

# Outcomes of runs that came to their end.
_WHOLE = frozenset({FINISHED, UNREACHABLE, BLOCKED, PARTLY, INCOMPLETE})
_NAMED = 20
"""Addresses that are named one by one."""
# Reasons that the site's being down or the address's being wrong does not explain.
_NO_HINT = frozenset({"private_address", "no_article", "front_wall", "front_empty", "no_story",
                      "front_script"})  # fmt: skip
_CHECK = "Check the address, or try again later"
_FIRST_QUERY = '"SELECT published_at, title FROM stories ORDER BY published_utc DESC LIMIT 10"'


def conclude(crawler: Crawler, *, broken: bool) -> int:
    """Print the summary of a run that has ended; returns its exit code."""
    spider = crawler.spider
    if broken or spider is None:
        print(f"{PROGRAM} crawl: the run could not start; see the log above", file=sys.stderr)
        return 1
    from crawler.extensions.rendering import Renderer
    from crawler.extensions.session import Session as Sessions

    session = Sessions.of(crawler)
    run, archive, queue = session.run, session.archive, session.queue
    ended = session.outcome or "broken off"
    for problem in seed_problems(spider):
        say(f"{PROGRAM} crawl: {problem}")
    for note in getattr(spider, "notes", ()):
        say(f"{PROGRAM} crawl: {note}")
    if archive.error:
        say(f"{PROGRAM} crawl: {archive.error}")
    if archive.answered:
        with contextlib.suppress(OSError):
            print(
                summary(
                    run.totals, archive.reasons, run.folder, ended, queue.left, queue.left_out,
                    name_of(session), getattr(spider, "account", ()), archive.requisites,
                    queue.requisites_left,
                ),
                flush=True,
            )  # fmt: skip
    elif ended == STOPPED:
        say(f"{PROGRAM} crawl: stopped before any server had answered; nothing was stored")
    if archive.error:
        return archive.exit_code
    if session.no_room:
        say(f"{PROGRAM} crawl: {session.no_room}")
    renderer = crawler.get_extension(Renderer)
    if renderer is not None and (unshown := renderer.done_without):
        say(
            f"{PROGRAM} crawl: no browser could show {counted(unshown, 'page')}; what the server"
            " sent is read in place of that, and the log says of which"
        )
    if (count := sum(n for (_, why), n in archive.reasons.items() if why == NEEDS_SCRIPT)) > 0:
        lacks = renderer.lacks if renderer is not None else None
        is_off = crawler.settings["RENDER"] == "never"
        if lacks is not None or is_off:
            say(f"{PROGRAM} crawl: {hint(count, run.folder, lacks, is_off=is_off)}")
    if ended == INCOMPLETE:
        doubtful = queue.doubtful
        count = sum(one.count for one in doubtful)
        say(
            f"{PROGRAM} crawl: {count:,} URLs were left out although some like them are"
            f" stories: {doubtful[0].examples[0]} … To fetch them: {tool(PROGRAM)} retry"
            f" {typed(run.folder)} --excluded, then crawl again"
        )
    if run.files_missing:
        say(
            f"{PROGRAM} crawl: {run.files_missing:,} WARC files of the archive are missing or"
            f" have a different length: {tool(PROGRAM)} status {typed(run.folder)} names them"
        )
    return session.exit_code


def name_of(session: Session) -> str:
    """Which run it was, of which newspapers, and when: for whoever reads it in a log."""
    run = session.run
    papers = session.papers
    whose = f" of {papers[0]}" if papers else ""
    if len(papers) > 1:
        whose = f" of {len(papers):,} papers"
    ended = run.finished_at or times.now()
    lines = [f"Run {run.id}{whose}, {run.started_at:%Y-%m-%d %H:%M} to {ended[11:16]} UTC"]
    if len(papers) > 1 and run.id is not None:
        lines += _by_paper(run.folder, run.id)
    return "\n".join(lines)


def _by_paper(folder: Path, run_id: int) -> list[str]:
    """What a run of several papers brought of each; nothing where the archive cannot be read."""
    try:
        with open_for_reading(folder) as db:
            papers = papers_of(db.conn, run_id)
    except (HemerotecaError, sqlite3.Error):
        return []
    return [
        f"  {each.paper}: {each.new_articles:,} new, {each.new_revisions:,} revised,"
        f" {each.unchanged_articles:,} unchanged, {each.failures:,} failed"
        + (f" – {each.outcome}: {each.reason}" if each.reason else "")
        for each in papers
        if each.outcome is not None
    ]


def seed_problems(spider: Spider) -> list[str]:
    """What to tell the user of seeds that gave nothing, where that matters."""
    failures: dict[str, Reason] = getattr(spider, "seed_failures", {})
    lines = [
        f"{url} could not be archived: {reason}. " + ("" if reason.code in _NO_HINT else _CHECK)
        for url, reason in list(failures.items())[:_NAMED]
    ]
    if len(failures) > _NAMED:
        lines.append(f"… and {len(failures) - _NAMED:,} more URLs: the view not_archived has all")
    pauses: dict[str, Reason] = getattr(spider, "pauses", {})
    later = "what waits of it is for a later run"
    if getattr(spider, "name", "") == "article":  # it keeps no list of what it was not given
        later = "run the same command again after that for what is missing of it"
    lines += [f"{host}: {reason}; {later}" for host, reason in list(pauses.items())[:_NAMED]]
    fronts: dict[str, Any] = getattr(spider, "fronts", {})
    lines += [
        f"{url}: {front.reason}; stories come in by other ways"
        for url, front in fronts.items()
        if url not in failures
    ]
    return [shown(line.rstrip()) for line in lines]


def summary(
    totals: Counter[str],
    reasons: Counter[tuple[State, Reason | None]],
    folder: Path,
    outcome: str,
    left: int,
    not_fetched: Sequence[LeftOut] = (),
    name: str = "",
    account: Sequence[str] = (),
    requisites: Mapping[Reason | None, int] = MappingProxyType({}),
    requisites_left: int = 0,
) -> str:
    """What a run brought, for a person: what is new, what failed and why, where to look next.

    left: URLs that are queued still, requisites_left: of what pages show. requisites: how many of
    that came, and why the others did not. not_fetched: what was left out, family by family.
    name: which run it was.
    """
    ended = "" if outcome in _WHOLE else f" (ended early: {outcome})"
    lines = [
        f"{counted(totals['new_articles'], 'new article')},"
        f" {counted(totals['new_revisions'], 'new revision')},"
        f" {totals['unchanged_articles']:,} unchanged; {counted(totals['captures'], 'capture')}"
        f"{ended}"
    ]
    if name:
        lines.append(name)
    lines += account
    verdicts = {
        name.removeprefix(VERDICT): n for name, n in totals.items() if name.startswith(VERDICT)
    }
    if verdicts:
        number = sum(verdicts.values())
        by_kind = ", ".join(f"{n:,} {name}" for name, n in sorted(verdicts.items()))
        lines.append(
            f"{number:,} response{'s were' if number > 1 else ' was'} not the story known at"
            f" that URL ({by_kind}): its last good revision stays current"
        )
    failed = [
        (-n, state, "" if why is None else str(why))
        for (state, why), n in reasons.items()
        if state != "redirected" and why != LEFT_OUT and n > 0
    ]
    if failed:
        lines.append("No article, and why:")
        for number, state, why in sorted(failed)[:12]:
            label = "" if state == "done" else f"{state}: "
            lines.append(f"  {-number:>6,}  {label}{why}")
        if len(failed) > 12:
            lines.append(
                f"  …       {len(failed) - 12} more reasons: the view not_archived has all"
            )
    lines += _of_requisites(requisites, requisites_left)
    if left:
        are = "URLs are" if left > 1 else "URL is"
        lines.append(f"{left:,} {are} still queued: the same command resumes with them")
    if not_fetched:
        lines.append(
            "Left out, because pages like them brought no new stories (to fetch them:"
            f" {tool(PROGRAM)} retry {typed(folder)} --excluded):"
        )
        lines += left_out.lines(not_fetched)
    lines += [
        f"The archive is in {typed(folder)}. To look into it:",
        f"  {tool(PROGRAM)} status {typed(folder)}",
        f"  {tool('sqlite-utils')} {typed(folder / database.FILE_NAME)} --table {_FIRST_QUERY}",
    ]
    return shown("\n".join(lines))


def _of_requisites(came: Mapping[Reason | None, int], left: int) -> list[str]:
    """What there is to say of pictures, style sheets and fonts; nothing where none were asked
    for."""
    lines = []
    if came:
        missed = {str(why): n for why, n in came.items() if why is not None}
        why = ", ".join(f"{n:,} {why}" for why, n in sorted(missed.items(), key=lambda m: -m[1]))
        lines.append(
            f"{counted(came.get(None, 0), 'file')} that pages show archived"
            + (f"; {sum(missed.values()):,} not: {why}" if missed else "")
        )
    if left:
        lines.append(f"{left:,} of them still queued: the same command resumes with them")
    return lines


def tool(name: str) -> str:
    """How to call a command that is installed beside this one."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        return name
    found = shutil.which(name) if CHECKOUT is None else None
    return name if found and path.samefile(found) else typed(path)
