"""`make test-fleet`: workers of a fleet killed and hindered in every way, and what became of the
papers; how much more several workers do; what leases cost PostgreSQL.

All parts are real: PostgreSQL, a server that speaks S3, newspapers on loopback, workers as
processes of their own. Whether two were at one host at once, the newspapers' own log tells.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row

from benchmarks.bucket import Bucket, bucket
from benchmarks.postgres import Postgres, postgres
from benchmarks.press import Press, press
from crawler.config import read
from crawler.fixity.archive import verify
from crawler.fleet.database import Database, make_tables
from crawler.fleet.leases import DONE, Worker, beat, give_back, take
from crawler.fleet.papers import add
from crawler.fleet.places import make_folder, place_of
from crawler.fleet.state import Workplace
from crawler.fleet.waking import Listener, make_queue, wake

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "fleet.md"
_JUMPING = """
# The clock of this process jumps an hour ahead and back again, every three seconds.
import time
_real, _since = time.time, time.monotonic()
time.time = lambda: _real() + (3600 if int(time.monotonic() - _since) // 3 % 2 else 0)
"""
_OLD = """
import sys
import crawler.fleet.database as database
database.VERSION = 0
from crawler.__main__ import main
sys.exit(main())
"""


@dataclass
class Setting:
    """Where a fleet works: its PostgreSQL, its papers, its folder."""

    folder: Path
    server: Postgres
    paper_press: Press
    state: str
    environment: dict[str, str]
    delay: float
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """By name: what stands in the User-Agent of its crawls."""
    _count: int = 0

    def start(self, slots: int, *, jumps: bool = False, old: bool = False) -> str:
        """Start a worker; returns its name. jumps: its clock does. old: it is of an older
        version."""
        self._count += 1
        name = f"worker{self._count:03}"
        words = ["fleet", "worker", "--slots", str(slots), "--work", f"work-{name}",
                 "-a", "allow_private=1", "-a", f"contact={name}@library.example",
                 *(word for pair in self._settings() for word in ("-s", pair))]  # fmt: skip
        environment = dict(self.environment)
        if jumps:
            above = self.folder / "jumping"
            above.mkdir(exist_ok=True)
            (above / "sitecustomize.py").write_text(_JUMPING)
            environment["PYTHONPATH"] = f"{above}{os.pathsep}{environment['PYTHONPATH']}"
        command = ["-c", _OLD] if old else ["-m", "crawler"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.workers[name] = subprocess.Popen(
                [sys.executable, *command, *words], cwd=self.folder, stdout=log, stderr=log,
                env=environment, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        return name

    def _settings(self) -> list[str]:
        return [
            f"DOWNLOAD_DELAY={self.delay}", "DOWNLOAD_DELAY_JITTER=0", "AUTOTHROTTLE_ENABLED=False",
            "EXTRACT_WORKERS=1", "LEARN_PROFILES=0", "STOP_SECONDS=1", "RETRY_TIMES=1",
        ]  # fmt: skip

    def rows(self, text: str, *given: object) -> list[dict[str, Any]]:
        """What a query of the fleet's tables gives."""
        with psycopg.connect(
            self.server.url, autocommit=True, options="-c search_path=hemeroteca",
            row_factory=dict_row,
        ) as one:  # fmt: skip
            found = one.execute(text.encode(), given)
            return found.fetchall() if found.description else []

    def stop(self) -> None:
        """End all workers in order, and by force what does not."""
        for each in self.workers.values():
            if each.poll() is None:
                each.send_signal(signal.SIGCONT)
                each.terminate()
        for each in self.workers.values():
            try:
                each.wait(60)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()


@contextmanager
def setting(
    papers: int, stories: int, *, lease: int, delay: float, in_bucket: bool, failing: bool,
    durable: bool = True,
) -> Iterator[tuple[Setting, Bucket | None]]:  # fmt: skip
    """A fleet with its papers, which are due. failing: with one that never answers. durable: as
    `postgres` has it."""
    with (
        postgres(durable=durable) as server,
        press(papers, stories) as found,
        tempfile.TemporaryDirectory(prefix="fleet-") as name,
        _maybe_bucket(in_bucket) as store,
    ):
        folder = Path(name)
        text = 'contact = "fleet@library.example"\narchive = "archives/{paper}"\n'
        for paper, each in found.papers.items():
            text += f'[papers.{paper}]\naddress = "{each.base}"\nevery = "1 hour"\n'
        if failing:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            text += f'[papers.failing]\naddress = "http://127.0.0.1:{port}"\nevery = "1 hour"\n'
        (folder / "hemeroteca.toml").write_text(text)
        environment = {
            **os.environ, "DATABASE_URL": server.url, "PYTHONPATH": str(ROOT), "COLUMNS": "120",
            **(store.environment if store else {}),
        }  # fmt: skip
        state = store.address if store else str(folder / "state")
        here = Setting(folder, server, found, state, environment, delay)
        try:
            db = Database(server.url)
            make_folder(folder / "state")
            make_tables(db, state, lease)
            make_queue(db, server.url)
            config, mistakes = read(text)
            assert not mistakes, mistakes
            add(db, config)
            db.close()
            yield here, store
        finally:
            here.stop()


@contextmanager
def _maybe_bucket(wanted: bool) -> Iterator[Bucket | None]:
    if not wanted:
        yield None
        return
    with bucket() as found:
        yield found


# -- hindered --------------------------------------------------------------------------------------


@dataclass
class Shown:
    """What became of a fleet that was hindered."""

    papers: int
    stories: int
    seconds: float = 0.0
    blows: Counter[str] = field(default_factory=Counter)
    leases: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    """What should not have been, a line each."""
    failing: int = 0
    """How often the paper was tried that always fails."""
    papers_wrong: int = 0
    without_lease: int = 0
    overlaps: int = 0
    left: int = 0
    visits: int = 0
    changes: int = 0
    """How often a host was taken up by another worker."""


def hindered(
    papers: int, stories: int, workers: int, kills: int, *, slots: int, lease: int, seed: int,
    delay: float, say: Callable[[str], None],
) -> Shown:  # fmt: skip
    """Have workers crawl papers while they are killed and hindered; then look."""
    draw = random.Random(seed)
    shown = Shown(papers, stories)
    begun = time.monotonic()
    with setting(papers, stories, lease=lease, delay=delay, in_bucket=True, failing=True) as (
        here,
        store,
    ):
        assert store is not None
        alive = [here.start(slots, jumps=number == 0) for number in range(workers)]
        old = here.start(slots, old=True)
        here.workers[old].wait()
        said = (here.folder / f"{old}.log").read_text().strip()
        if (
            here.workers[old].returncode != 2
            or said.count("\n")
            or "this program knows" not in said
        ):
            shown.wrong.append(f"a worker of an older version: {said}")
        shown.blows["worker of an older version"] += 1
        plan = ["kill"] * kills + ["stop in its tracks", "PostgreSQL crashes",
                "PostgreSQL is away for longer than a lease", "bucket refuses"]  # fmt: skip
        draw.shuffle(plan)
        for number, blow in enumerate(plan):
            _wait_for_progress(here, papers, (number + 1) / (len(plan) + 1))
            time.sleep(draw.uniform(0, 2))
            say(f"{blow} ({number + 1} of {len(plan)})")
            shown.blows[blow] += 1
            _strike(here, store, blow, alive, draw, slots, lease)
        _wait_until_done(here, papers, say)
        shown.seconds = time.monotonic() - begun
        _wait_for_failing(here)
        here.stop()
        _look(here, shown)
    return shown


def _done(here: Setting) -> int:
    try:
        [row] = here.rows("SELECT count(*) AS n FROM site_leases WHERE last_success_at IS NOT NULL")
    except psycopg.OperationalError:
        return 0
    return int(row["n"])


def _wait_for_progress(here: Setting, papers: int, part: float) -> None:
    """Until so much of the papers has been done once; blows are spread over the work."""
    while _done(here) < papers * part * 0.9:
        time.sleep(0.3)


def _strike(
    here: Setting, store: Bucket, blow: str, alive: list[str], draw: random.Random, slots: int,
    lease: int,
) -> None:  # fmt: skip
    if blow == "kill":
        name = draw.choice(alive)
        here.workers[name].kill()
        here.workers[name].wait()
        alive.remove(name)
        alive.append(here.start(slots, jumps=draw.random() < 0.2))
    elif blow == "stop in its tracks":
        victim = here.workers[draw.choice(alive)]
        victim.send_signal(signal.SIGSTOP)
        threading.Timer(2 * lease, victim.send_signal, (signal.SIGCONT,)).start()
    elif blow == "bucket refuses":
        store.refuses = True
        time.sleep(1.5 * lease)
        store.refuses = False
    else:
        here.server.stop(hard=blow == "PostgreSQL crashes")
        time.sleep(2 * lease if "away" in blow else 0.5)
        here.server.start()


def _wait_until_done(here: Setting, papers: int, say: Callable[[str], None]) -> None:
    told = time.monotonic()
    while True:
        rows = here.rows(
            "SELECT paper, holder, last_outcome, attempts FROM site_leases WHERE paper <> 'failing'"
            " AND (last_success_at IS NULL OR holder IS NOT NULL OR due_at < now())"
        )
        if not rows:
            return
        if time.monotonic() - told > 20:
            told = time.monotonic()
            say(f"{len(rows)} papers to go, such as {rows[0]}")
        time.sleep(0.5)


def _wait_for_failing(here: Setting) -> None:
    while True:
        [row] = here.rows("SELECT attempts, holder FROM site_leases WHERE paper = 'failing'")
        if row["attempts"] >= 2 and row["holder"] is None:
            return
        here.rows("UPDATE site_leases SET due_at = now() WHERE paper = 'failing' AND holder IS NULL"
                  " AND due_at > now()")  # fmt: skip
        time.sleep(1)


def _look(here: Setting, shown: Shown) -> None:
    for paper, newspaper in here.paper_press.papers.items():
        before = len(shown.wrong)
        try:
            _compare(here, paper, sorted(each.title for each in newspaper.stories), shown)
        except Exception as error:
            shown.wrong.append(f"{paper}: {error!r}")
        shown.papers_wrong += len(shown.wrong) > before
    history = here.rows("SELECT * FROM lease_history ORDER BY paper, fence")
    shown.leases = len(history)
    shown.lost = sum(each["outcome"] == "lost" for each in history)
    shown.failing = sum(each["paper"] == "failing" for each in history)
    _look_at_visits(here, shown, history)
    left = here.rows("SELECT paper FROM site_leases WHERE holder IS NOT NULL")
    left += here.rows("SELECT host FROM held_hosts")
    shown.left = len(left)
    if left:
        shown.wrong.append(f"left behind: {left}")
    late = here.rows("SELECT paper FROM site_leases WHERE due_at < now() AND paper <> 'failing'")
    shown.left += len(late)
    if late:
        shown.wrong.append(f"due and not done: {late}")


def _compare(here: Setting, paper: str, titles: list[str], shown: Shown) -> None:
    [row] = here.rows("SELECT manifest, attempts FROM site_leases WHERE paper = %s", paper)
    scratch = here.folder / "looked-at"
    place = Workplace(scratch, paper)
    place.enter()
    old = dict(os.environ)
    os.environ.update(here.environment)
    try:
        place.fetch(place_of(here.state, paper), row["manifest"])
    finally:
        os.environ.clear()
        os.environ.update(old)
    place.leave()
    with closing(sqlite3.connect(place.archive / "archive.db")) as db:
        found = [title for (title,) in db.execute("SELECT title FROM stories ORDER BY title")]
        revisions = db.execute("SELECT count(*) FROM revisions").fetchone()[0]
    if found != titles:
        lacking, more = Counter(titles) - Counter(found), Counter(found) - Counter(titles)
        shown.wrong.append(
            f"{paper}: {len(found)} of {len(titles)} stories; lacks {lacking}, has more {more}"
        )
    if revisions != len(titles):
        shown.wrong.append(f"{paper}: {revisions} revisions of {len(titles)} stories")
    if not (report := verify(place.archive)).sound:
        shown.wrong.append(f"{paper}: {report.damage}")
    if row["attempts"]:
        shown.wrong.append(f"{paper}: its last run failed")
    shutil.rmtree(scratch / paper)


def _look_at_visits(here: Setting, shown: Shown, history: list[dict[str, Any]]) -> None:
    """Each visit must lie in a lease that its worker had; no two leases of a paper overlap."""
    names = {each.pid: name for name, each in here.workers.items()}
    spans: dict[str, list[tuple[float, float, str]]] = {}
    for each in history:
        name = names.get(int(each["holder"].split(":")[1]), "?")
        ended = each["ended_at"] or datetime.now(UTC)
        spans.setdefault(each["paper"], []).append(
            (each["taken_at"].timestamp(), ended.timestamp(), name)
        )
    for paper, own in spans.items():
        own.sort()
        for (_, end, _), (begin, _, _) in itertools.pairwise(own):
            if begin < end:
                shown.overlaps += 1
                shown.wrong.append(f"{paper}: two leases at once")
    last: dict[str, str] = {}
    for visit in sorted(here.paper_press.visits, key=lambda each: each.at):
        shown.visits += 1
        shown.changes += last.get(visit.paper, visit.who) != visit.who
        last[visit.paper] = visit.who
        if not any(
            begin <= visit.at <= end and name == visit.who
            for begin, end, name in spans.get(visit.paper, ())
        ):
            shown.without_lease += 1
            shown.wrong.append(f"{visit.paper}: visited by {visit.who} without a lease: {visit}")


def successors(times: int, lease: int) -> list[float]:
    """Kill the worker that has a paper so often, while another has nothing to do: how many
    heartbeats after its lease ran out the other one had it."""
    with setting(1, 60, lease=lease, delay=1.0, in_bucket=False, failing=False) as (here, _):
        here.start(1)
        for _ in range(times):
            while not (held := here.rows("SELECT holder FROM site_leases WHERE holder <> ''")):
                time.sleep(0.05)
            names = {str(each.pid): name for name, each in here.workers.items()}
            name = names[held[0]["holder"].split(":")[1]]
            here.start(1)
            time.sleep(5)
            here.workers[name].kill()
            fence = here.rows("SELECT fence FROM site_leases")[0]["fence"]
            while here.rows("SELECT fence FROM site_leases")[0]["fence"] == fence:
                time.sleep(0.05)
            # a paper that loses its workers again and again would be put off
            here.rows("UPDATE site_leases SET attempts = 0")
        return [
            row["gap"] / (lease / 6)
            for row in here.rows(
                "SELECT extract(epoch FROM next.taken_at - lost.ended_at)::float8 AS gap"
                " FROM lease_history AS lost JOIN lease_history AS next"
                " ON next.paper = lost.paper AND next.fence = lost.fence + 1"
                " WHERE lost.outcome = 'lost'"
            )
        ]


# -- throughput and rates --------------------------------------------------------------------------


def throughput(
    papers: int, stories: int, delay: float, say: Callable[[str], None]
) -> dict[int, float]:
    """Seconds that 1, 2 and 4 workers need for the same papers, one at a time each."""
    found = {}
    for workers in (1, 2, 4):
        with setting(papers, stories, lease=30, delay=delay, in_bucket=False, failing=False) as (
            here,
            _,
        ):
            for _ in range(workers):
                here.start(1)
            while not here.rows("SELECT FROM lease_history LIMIT 1") and not here.rows(
                "SELECT paper FROM lease_history LIMIT 1"
            ):
                time.sleep(0.05)
            begun = time.monotonic()
            while _done(here) < papers:
                time.sleep(0.1)
            found[workers] = time.monotonic() - begun
            say(f"{workers} workers: {found[workers]:.0f} s")
    return found


@dataclass(frozen=True, slots=True)
class Rate:
    """What leases cost. papers, seconds: as asked. core: of one, that PostgreSQL used."""

    papers: int
    seconds: float
    taken: int
    woken: int
    core: float
    busiest: float
    """Leases a second, taken and given back by four at once as fast as they can."""


def rates(papers: int, seconds: float) -> Rate:
    """Papers that are due within an hour, evenly: four workers take each when it is due, and give
    it back at once. The work itself is left out."""
    with postgres() as server, tempfile.TemporaryDirectory() as state:
        db = Database(server.url)
        make_tables(db, state, 60)
        make_queue(db, server.url)
        with db.transaction() as connection:
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute(
                "INSERT INTO site_leases (paper, hosts, every_seconds, due_at)"
                " SELECT 'paper' || i, ARRAY['host' || i], 3600,"
                " now() + 12 * interval '1 second' + i * interval '1 hour' / %s"
                " FROM generate_series(1, %s) AS i",
                (papers, papers),
            )
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args,"
                " scheduled_at) SELECT 'hemeroteca', 'hemeroteca.wake', second::text, '{}', second"
                " FROM (SELECT DISTINCT date_trunc('second', due_at) + interval '1 second'"
                " AS second FROM site_leases ORDER BY 1) AS each"
            )
        with psycopg.connect(server.url, autocommit=True) as plain:
            plain.execute("VACUUM ANALYZE")
        woken, count = Counter[int](), Counter[int]()
        ends = [threading.Event() for _ in range(4)]
        looks = [threading.Event() for _ in range(4)]

        def wake_up(number: int) -> Callable[[], bool]:
            def woke() -> bool:
                woken[number] += 1
                looks[number].set()
                return True

            return woke

        def work(number: int, paced: bool, until: float) -> None:
            _take_and_give_back(server.url, number, paced, until, looks[number], count)
            ends[number].set()

        for number in range(4):
            Listener(server.url, wake_up(number)).start()
        time.sleep(10)
        before, begun = _cpu(server.pid), time.monotonic()
        until = begun + seconds
        threads = [threading.Thread(target=work, args=(n, True, until)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        core = (_cpu(server.pid) - before) / (time.monotonic() - begun)
        taken, woke = count.total(), woken.total()
        db.close()
        with psycopg.connect(server.url, autocommit=True) as plain:
            plain.execute("UPDATE hemeroteca.site_leases SET due_at = due_at - interval '1 day'")
            plain.execute("VACUUM ANALYZE hemeroteca.site_leases")
        count.clear()
        begun = time.monotonic()
        threads = [threading.Thread(target=work, args=(n, False, begun + 20)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return Rate(papers, seconds, taken, woke, core, count.total() / (time.monotonic() - begun))


def _take_and_give_back(
    url: str, number: int, paced: bool, until: float, look: threading.Event, count: Counter[int]
) -> None:
    db = Database(url)
    worker = Worker(f"w{number}", "h", f"c{number}", number, "0", 4)
    last = 0.0
    while time.monotonic() < until:
        if time.monotonic() - last > 10:
            beat(db, worker, (), None)
            last = time.monotonic()
        look.clear()
        lease = take(db, worker, "")
        if lease is None:
            if paced:
                look.wait(5)
            continue
        due = give_back(db, lease, DONE, 0, None)
        wake(db, due)
        count[number] += 1
    db.close()


def _cpu(postmaster: int) -> float:
    """Seconds of all its processes, those that have ended too."""
    first = psutil.Process(postmaster)
    total = 0.0
    for each in (first, *first.children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
        if each == first:
            total += times.children_user + times.children_system
    return total


# -- the report ------------------------------------------------------------------------------------


def report(figures: dict[str, Any]) -> str:
    """The results, as a page. figures: those that were taken, by name."""
    lines = ["# A fleet", "", "Written by `make test-fleet`. " + (__doc__ or "").split("\n\n")[1]
             .replace("\n", " ").strip(), ""]  # fmt: skip
    if found := figures.get("hindered"):
        lines += [
            "## Killed and hindered", "",
            f"{found['papers']} newspapers of {found['stories']} stories each, and one that never"
            f" answers; {found['workers']} workers with {found['slots']} papers at once, a lease of"
            f" {found['lease']} s, archives in a bucket. The clock of one worker jumps an hour"
            " ahead and back every three seconds.", "",
            "| what was done to it | times |", "|---|---:|",
            *(f"| {blow} | {times} |" for blow, times in sorted(found["blows"].items())), "",
            "| what became of it | |", "|---|---:|",
            f"| newspapers archived whole, each story once, in one revision; `verify` finds no"
            f" fault | {found['papers'] - found['papers_wrong']} of {found['papers']} |",
            f"| visits that the newspapers' log has | {found['visits']:,} |",
            "| of these, by a worker that had no lease of the paper at that moment |"
            f" {found['without_lease']} |",
            f"| leases | {found['leases']} |",
            f"| of these, lost by their workers | {found['lost']} |",
            f"| leases of one paper that overlap | {found['overlaps']} |",
            f"| newspapers taken up by another worker half-way | {found['changes']} |",
            f"| papers left held, or due and not done, at the end | {found['left']} |",
            f"| times that the paper which never answers was tried, always later |"
            f" {found['failing']} |",
            f"| seconds in all | {found['seconds']:,.0f} |", "",
        ]  # fmt: skip
    if found := figures.get("successors"):
        gaps = found["heartbeats"]
        lines += [
            "## A successor", "",
            f"A worker was killed {len(gaps)} times while another had nothing to do. From the end"
            " of its lease until the other one had it: "
            + ", ".join(f"{each:.2f}" for each in gaps) + " heartbeats.", "",
        ]  # fmt: skip
    if found := figures.get("throughput"):
        one = found["seconds"]["1"]
        lines += [
            "## More workers", "",
            f"{found['papers']} papers of {found['stories']} stories, {found['delay']:g} s between"
            " two requests of a host, a paper at a time each worker.", "",
            "| workers | seconds | times one worker |", "|---:|---:|---:|",
            *(f"| {number} | {took:.0f} | {one / took:.2f} |"
              for number, took in found["seconds"].items()), "",
        ]  # fmt: skip
    if found := figures.get("rates"):
        a_second = found["papers"] / 3_600
        core_seconds = found["core"] * found["seconds"]
        lines += [
            f"## {found['papers']:,} papers an hour", "",
            f"Papers that are due within an hour, evenly, {a_second:.1f} a second; four workers"
            " take each and give it back, their crawls left out.", "",
            "| | |", "|---|---:|",
            f"| leases taken, given back and scheduled anew, in {found['seconds']:g} s |"
            f" {found['taken']:,} |",
            f"| wakes | {found['woken']:,} |",
            f"| of one core, that PostgreSQL used | {found['core']:.1%} |",
            f"| CPU of PostgreSQL a lease | {1e3 * core_seconds / found['taken']:.1f} ms |",
            f"| leases a second, where all are due at once and nothing waits |"
            f" {found['busiest']:.0f} |", "",
        ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Run what is asked for, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=200)
    parser.add_argument("--stories", type=int, default=5)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--lease", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--only", choices=("hindered", "throughput", "rates", "successors"))
    parser.add_argument("--figures", type=Path, help="keep figures here, and take the others there")
    opts = parser.parse_args()
    figures: dict[str, Any] = {}
    if opts.figures is not None and opts.figures.exists():
        figures = json.loads(opts.figures.read_text())

    def say(line: str) -> None:
        print(f"{datetime.now():%H:%M:%S} {line}", flush=True)

    def keep(name: str, found: dict[str, Any]) -> None:
        figures[name] = found
        if opts.figures is not None:
            opts.figures.write_text(json.dumps(figures, indent=1))

    if opts.only in (None, "rates"):
        keep("rates", asdict(rates(100_000, 60)))
    if opts.only in (None, "successors"):
        keep("successors", {"heartbeats": successors(6, 12)})
    if opts.only in (None, "throughput"):
        took = throughput(12, 8, 1.0, say)
        seconds = {str(n): s for n, s in took.items()}
        keep("throughput", {"papers": 12, "stories": 8, "delay": 1.0, "seconds": seconds})
    wrong = []
    if opts.only in (None, "hindered"):
        shown = hindered(
            opts.papers, opts.stories, opts.workers, opts.kills, slots=opts.slots,
            lease=opts.lease, seed=opts.seed, delay=0.2, say=say,
        )  # fmt: skip
        wrong = shown.wrong
        for line in wrong:
            say(f"WRONG: {line}")
        more = {"workers": opts.workers, "slots": opts.slots, "lease": opts.lease}
        keep("hindered", {**asdict(shown), "blows": dict(shown.blows), **more})
    RESULTS.write_text(report(figures), encoding="utf-8")
    say(f"{RESULTS.relative_to(ROOT)} is written")
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
