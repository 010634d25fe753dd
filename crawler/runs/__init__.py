"""What is done to an archive: each command a run.

run: a run's hold on its archive, which a crawl, an import, a rereading and a recheck share.
importing, rebuilding, rereading, rechecking: what works on WARC files that are there already.
restoring, metadata: the visits that such files tell of.
visits, states: what becomes of an answer, whoever has got it. assembly: stories of several pages.
bringing: captures of other archives of the web.
originals, requests: what revisits repeat, how answers were asked for, as WARC has it.
taking_down, pruning, removing, quoting: what is taken out, and how; where else it stands.
recovery: what dead runs have left. account: what a run says of itself in WARC.
watching: what the monitors find when a run has ended. facts: what a run tells the log.
workers, reader_process: the processes that read pages.
profiles, learning, sightings: what is known of a site, and from what.

Each name is loaded when it is first asked for: a page reader needs neither Scrapy nor the archive.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crawler.runs.bringing import Bringing as Bringing
    from crawler.runs.facts import tell_of_findings as tell_of_findings
    from crawler.runs.importing import Imported as Imported
    from crawler.runs.importing import import_files as import_files
    from crawler.runs.learning import learn_site as learn_site
    from crawler.runs.learning import learn_sites as learn_sites
    from crawler.runs.profiles import Profiles as Profiles
    from crawler.runs.profiles import profile_of as profile_of
    from crawler.runs.pruning import Pruned as Pruned
    from crawler.runs.pruning import prune as prune
    from crawler.runs.pruning import to_prune as to_prune
    from crawler.runs.rebuilding import rebuild as rebuild
    from crawler.runs.rechecking import Rechecked as Rechecked
    from crawler.runs.rechecking import recheck as recheck
    from crawler.runs.rereading import reextract as reextract
    from crawler.runs.restoring import Rebuilt as Rebuilt
    from crawler.runs.run import Run as Run
    from crawler.runs.run import offline_run as offline_run
    from crawler.runs.taking_down import Plan as Plan
    from crawler.runs.taking_down import plan as plan
    from crawler.runs.taking_down import take_down as take_down
    from crawler.runs.taking_down import take_down_later as take_down_later
    from crawler.runs.watching import News as News
    from crawler.runs.watching import watch_archive as watch_archive
    from crawler.runs.workers import Workers as Workers

_HOMES = {
    "Bringing": "bringing",
    "Imported": "importing",
    "News": "watching",
    "Plan": "taking_down",
    "Profiles": "profiles",
    "Pruned": "pruning",
    "Rebuilt": "restoring",
    "Rechecked": "rechecking",
    "Run": "run",
    "Workers": "workers",
    "import_files": "importing",
    "learn_site": "learning",
    "learn_sites": "learning",
    "offline_run": "run",
    "plan": "taking_down",
    "profile_of": "profiles",
    "prune": "pruning",
    "rebuild": "rebuilding",
    "recheck": "rechecking",
    "reextract": "rereading",
    "take_down": "taking_down",
    "take_down_later": "taking_down",
    "tell_of_findings": "facts",
    "to_prune": "pruning",
    "watch_archive": "watching",
}
__all__ = [
    "Bringing", "Imported", "News", "Plan", "Profiles", "Pruned", "Rebuilt", "Rechecked", "Run",
    "Workers", "import_files", "learn_site", "learn_sites", "offline_run", "plan", "profile_of",
    "prune", "rebuild", "recheck", "reextract", "take_down", "take_down_later",
    "tell_of_findings", "to_prune", "watch_archive",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
