"""A lost `archive.db`, made again from the WARC files alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from crawler import times
from crawler.archive.database import FILE_NAME, SCRATCH, WARC_FOLDER, open_for_writing, set_aside
from crawler.archive.links import links_unknown
from crawler.archive.rewritten import scrub
from crawler.archive.store import Store
from crawler.discover import story_urls
from crawler.errors import ArchiveError
from crawler.extract.version import extractor_version
from crawler.items import FoundUrl
from crawler.policy.revisit import Revisits
from crawler.runs.page_texts import PageTexts
from crawler.runs.profiles import Profiles
from crawler.runs.recovery import mend
from crawler.runs.removing import apply, finish_removals
from crawler.runs.restoring import Rebuilt, Restoring
from crawler.urls import site_host
from crawler.warc.names import successor
from crawler.warc.presence import kind_of
from crawler.warc.reader import Damage, Record, read_file
from crawler.warc.writer import OPEN, sync_file


def rebuild(
    folder: Path,
    revisit_after: tuple[int, ...],
    site_profiles: str = "",
    progress: Callable[[str], None] = lambda name: None,
) -> Rebuilt:
    """Make an archive's database from its WARC files.

    revisit_after: as the setting REVISIT_AFTER has it, in seconds. site_profiles: as SITE_PROFILES
    has it. progress: told the name of each
    file as it is begun. The database appears when it is complete; one that was there is set aside
    then. Raises ArchiveError where there are no WARC files or the folder cannot be written,
    UsageError where a profile in it is none, sqlite3.Error, OSError.
    """
    warc, scratch = folder / WARC_FOLDER, folder / SCRATCH
    told = Rebuilt()
    files = []
    for path in (*warc.glob("*.warc.gz"), *warc.glob("*.warc.gz" + OPEN)):
        if path.is_file():
            files.append(path)
            continue
        told.damage.append(
            f"{path.name}: {kind_of(path)} stands where a WARC file should; it is left out"
        )
    files.sort(key=lambda path: (_begun(path), path.name.removesuffix(OPEN)))
    whole = {path.name for path in files}
    files = [path for path in files if path.name.removesuffix(OPEN) not in whole - {path.name}]
    replaced = [path for path in files if successor(path.name) in whole]
    files = [path for path in files if path not in replaced]
    if not files:
        raise ArchiveError(f"{warc} has no WARC files (*.warc.gz) to make a database from")
    profiles = Profiles(folder, site_profiles, is_lost=True)
    profiles.check()
    shutil.rmtree(scratch, ignore_errors=True)
    store = Store(scratch, Revisits(revisit_after), extractor_version(), PageTexts(folder))
    try:
        # nobody sees it before it is whole: what is written need not be put on disk step by step
        store.db.execute("PRAGMA journal_mode = MEMORY")
        store.db.execute("PRAGMA synchronous = OFF")
        visits = Restoring(store, warc, told, profiles)
        for path in files:
            progress(path.name)
            for each in read_file(path):
                if isinstance(each, Damage):
                    told.damage.append(f"{path.name}, byte {each.offset}: {each.reason}")
                else:
                    visits.take(each, path.name.removesuffix(OPEN))
            visits.end_file()
        visits.end()
        told.damage += mend(store, warc, set())
        for removal in told.removals:  # of what they left there is nothing, but after a kill
            apply(store.db, removal)
        _find_again(store)
        if told.removals:  # links have shown what they took out
            scrub(store.db.conn)
    except BaseException:
        store.db.close()
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    store.db.enable_wal()
    store.close()
    sync_file(scratch / FILE_NAME)
    told.aside = set_aside(folder)
    (scratch / FILE_NAME).replace(folder / FILE_NAME)
    shutil.rmtree(scratch, ignore_errors=True)
    for path in replaced:  # a takedown had written it anew, and was killed
        path.unlink()
    with closing(open_for_writing(folder)) as db:
        finish_removals(db, folder)
    return told


def _begun(path: Path) -> str:
    """When a file was begun, as its first record says; an archive's folder may have had another
    name then, and files are named after it."""
    return next((each.date for each in read_file(path) if isinstance(each, Record)), "")


def _find_again(store: Store) -> None:
    """Have the next crawl find what the lost frontier knew and nobody had visited: lists are read
    again, and stories that archived ones link to wait for their turn."""
    with store.db.atomic():
        store.frontier.read_lists_again()
    now = times.now(exact=True)
    waiting = [
        FoundUrl(
            url, "page", "previous" if relation in ("previous", "next") else "link", via,
            claimed_title=title, priority=story_urls.priority(url, title),
        )
        for url, via, relation, title in links_unknown(store.db.conn)
        if site_host(url) == site_host(via) and story_urls.is_page(url)
    ]  # fmt: skip
    store.wait_for(waiting, now)
