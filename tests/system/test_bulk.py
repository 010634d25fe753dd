"""WARC files by the thousand: a task a file, each into a shard; what a file does, it does alone."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from crawler.bulk.running import run_task
from crawler.bulk.tasks import Limits, Task, digest, shard_name
from tests.system.conftest import ROOT, run_scrapy
from tests.system.test_hostile import STORY
from tests.system.test_import import answer, warc

SITES = ("news.example", "other.example")


def news(number: int) -> bytes:
    """A file as Common Crawl has them: stories of several newspapers, one of them in each file."""
    answers = [
        answer(f"https://{host}/2026/05/0{n + 1}/weir-{number}-{n}",
               body=STORY.replace("weir", f"weir{number}{n}").encode())
        for host in SITES for n in range(2)
    ]  # fmt: skip
    again = f"2024-05-0{number + 1}T10:00:00Z"
    answers.append(answer("https://www.news.example/2026/05/09/bridge", again, STORY.encode()))
    return warc(answers)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files; one is damaged in the middle, one is none, one is another by a second name."""
    folder = tmp_path_factory.mktemp("files")
    for number in range(2):
        (folder / f"CC-NEWS-{number}.warc.gz").write_bytes(news(number))
    whole, noise = news(5), random.Random(7).randbytes(500)
    (folder / "damaged.warc.gz").write_bytes(whole[:-900] + noise + whole[-400:])
    (folder / "none.warc.gz").write_bytes(noise)
    (folder / "CC-NEWS-0-again.warc.gz").write_bytes(news(0))
    return folder


def bulk(shards: Path, *words: object, verb: str = "import") -> subprocess.CompletedProcess[str]:
    return run_scrapy(verb, "--shards", str(shards), *map(str, words))


def stories(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT url, revisions FROM stories ORDER BY url").fetchall()


def results(shards: Path) -> dict[str, str]:
    found = [json.loads(path.read_text()) for path in shards.glob("*/import.json")]
    return {Path(each["source"]).name: each["state"] for each in found}


@pytest.fixture(scope="module")
def shards(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bulk") / "shards"
    done = bulk(folder, "--site", "news.example", "--jobs", "2", files / "*.warc.gz")
    assert done.returncode == 9, done.stderr
    assert "of 5: 1 damaged in part, 1 set aside" in done.stderr
    assert "none.warc.gz set aside: none.warc.gz, byte 0: neither gzip nor zstd" in done.stderr
    return folder


def test_each_file_becomes_a_shard_and_what_is_poisoned_is_set_aside(shards: Path) -> None:
    found = results(shards)
    one = found.pop("CC-NEWS-0.warc.gz", None) or found.pop("CC-NEWS-0-again.warc.gz")
    assert one == "done"
    assert found.pop("CC-NEWS-0-again.warc.gz", "done") == "done"  # both at the same time
    assert found == {
        "CC-NEWS-1.warc.gz": "done", "damaged.warc.gz": "damaged", "none.warc.gz": "set aside"
    }  # fmt: skip
    assert not (next(shards.glob("none.*")) / "archive.db").exists()


def test_shards_are_united_each_story_once(shards: Path, tmp_path: Path) -> None:
    done = run_scrapy("merge", "-o", str(tmp_path / "u.db"), str(shards))
    assert done.returncode == 0, done.stderr
    found = stories(tmp_path / "u.db")
    assert ("https://www.news.example/2026/05/09/bridge", 1) in found
    assert {url.split("/")[2] for url, _ in found} == {"news.example", "www.news.example"}
    assert sum("weir-0-" in url or "weir-1-" in url for url, _ in found) == 4


def test_files_that_are_done_are_not_read_again(shards: Path, files: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in shards.glob("*/archive.db")}
    os.utime(files / "CC-NEWS-1.warc.gz")  # touched: its digest says that it is the same
    done = bulk(shards, "--site", "news.example", "--jobs", "2", files / "*.warc.gz")
    assert done.returncode == 9
    assert "were known from before" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in shards.glob("*/archive.db")} == before


def test_a_folder_is_of_the_same_newspapers(shards: Path, files: Path) -> None:
    done = bulk(shards, "--site", "other.example", files / "CC-NEWS-1.warc.gz")
    assert done.returncode == 2
    assert "has what is of news.example; name another folder" in done.stderr


def test_all_shards_are_read_again_once(shards: Path) -> None:
    done = bulk(shards, "--again", "--jobs", "2", verb="reextract")
    assert done.returncode == 0, done.stderr
    assert "pages re-extracted: 0 changed" in done.stdout
    assert "0 pages" not in done.stdout
    again = bulk(shards, verb="reextract")
    assert "known from before" in again.stdout


def test_a_list_names_more_files_than_a_command_line_can_hold(files: Path, tmp_path: Path) -> None:
    listed = tmp_path / "files.txt"
    listed.write_text(f"{files / 'CC-NEWS-1.warc.gz'}\n\n")
    done = bulk(tmp_path / "shards", f"@{listed}")
    assert done.returncode == 0, done.stderr
    assert "5 articles" in done.stdout  # of all newspapers


# -- what a file may do to its process -------------------------------------------------------------


def task(files: Path, folder: Path, limits: Limits) -> Task:
    source = str(files / "CC-NEWS-1.warc.gz")
    return Task("import", source, str(folder), "1", limits=limits)


def test_a_file_that_takes_too_long_is_set_aside(files: Path, tmp_path: Path) -> None:
    done = run_task(task(files, tmp_path, Limits(minutes=0.002)))
    assert (done.state, done.reason) == ("set aside", "it took more than 0.002 minutes")
    assert not list(tmp_path.glob("*/archive.db"))


def test_a_file_that_takes_too_much_memory_is_set_aside(files: Path, tmp_path: Path) -> None:
    done = run_task(task(files, tmp_path, Limits(megabytes=60)))
    assert done.state == "set aside"
    assert "memory" in done.reason, done.reason


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for tid in path.parents[1].iterdir()
            for each in (tid / "children").read_text().split()]  # fmt: skip


@contextmanager
def begun(folder: Path, *sources: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """An import that has begun its first file, and the process that does it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "import", "--shards", str(folder), "--jobs", "1",
         *map(str, sources)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if list(folder.glob("*/archive.db")) and (found := children_of(process.pid)):
                yield process, found[0]
                return
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        pytest.fail("it does not begin")
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_file_whose_process_dies_is_set_aside_and_the_rest_goes_on(
    files: Path, tmp_path: Path
) -> None:
    one, two = files / "CC-NEWS-0.warc.gz", files / "CC-NEWS-1.warc.gz"
    with begun(tmp_path / "shards", one, two) as (process, child):
        os.kill(child, signal.SIGKILL)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 9
    assert "its process was ended by SIGKILL" in err
    assert sorted(results(tmp_path / "shards").values()) == ["done", "set aside"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_is_told_to_end_is_no_fault_of_its_file_and_goes_on(
    files: Path, tmp_path: Path
) -> None:
    one, two = files / "CC-NEWS-0.warc.gz", files / "CC-NEWS-1.warc.gz"
    with begun(tmp_path / "shards", one, two) as (process, child):
        os.kill(child, signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 9
    assert "of 2: 1 stopped; the same command goes on" in err
    assert list(results(tmp_path / "shards").values()) == ["done"]
    assert bulk(tmp_path / "shards", one, two).returncode == 0


def test_a_shard_that_cannot_be_written_is_no_fault_of_its_file(
    files: Path, tmp_path: Path
) -> None:
    one, shards = files / "CC-NEWS-0.warc.gz", tmp_path / "shards"
    shards.mkdir()
    in_the_way = shards / shard_name(one, digest(one))
    in_the_way.write_bytes(b"")
    done = bulk(shards, one)
    assert done.returncode == 9
    assert f"stopped: {in_the_way} is a file" in done.stderr
    in_the_way.unlink()
    assert bulk(shards, one).returncode == 0


def test_one_file_in_two_folders_is_one_shard(files: Path, tmp_path: Path) -> None:
    named = [tmp_path / folder / "news.warc.gz" for folder in ("a", "b")]
    for path in named:
        path.parent.mkdir()
        path.write_bytes((files / "CC-NEWS-0.warc.gz").read_bytes())
    done = bulk(tmp_path / "shards", "--jobs", "2", *named)
    assert done.returncode == 0, done.stderr
    assert "1 the same as others" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_killed_it_leaves_nobody_behind_and_goes_on(files: Path, tmp_path: Path) -> None:
    one, two = files / "CC-NEWS-0.warc.gz", files / "CC-NEWS-1.warc.gz"
    shards = tmp_path / "shards"
    with begun(shards, one, two) as (process, child):
        process.kill()
        process.wait()
        until = time.monotonic() + 30
        while Path(f"/proc/{child}").exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert not Path(f"/proc/{child}").exists()
    assert bulk(shards, "--jobs", "2", one, two).returncode == 0
    assert results(shards) == {one.name: "done", two.name: "done"}
    run_scrapy("merge", "-o", str(tmp_path / "u.db"), str(shards))
    assert len(stories(tmp_path / "u.db")) == 9


# -- on a cluster ----------------------------------------------------------------------------------


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A Dask scheduler and two workers, in processes of their own; gives the address."""
    pytest.importorskip("distributed")
    told = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    common = {"cwd": folder, "env": {**os.environ, "PYTHONPATH": str(ROOT)},
              "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # fmt: skip
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
             "--scheduler-file", str(told)],
            **common,  # type: ignore[call-overload]
        )
    ]  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not told.exists() and time.monotonic() < until:
            time.sleep(0.05)
        started += [
            subprocess.Popen(
                [*dask, "worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny",
                 "--no-dashboard"],
                **common,  # type: ignore[call-overload]
            )
            for _ in range(2)
        ]  # fmt: skip
        yield json.loads(told.read_text())["address"]
    finally:
        for process in started:  # a worker asked to end looks for its scheduler first
            process.kill()
            process.wait()


def test_a_cluster_gives_the_same_shards(files: Path, shards: Path, tmp_path: Path) -> None:
    there = tmp_path / "shards"
    with cluster(tmp_path) as address:
        some = [files / f"{name}.warc.gz" for name in ("CC-NEWS-0", "CC-NEWS-1", "none")]
        done = bulk(there, "--site", "news.example", "--scheduler", address, *some)
    assert done.returncode == 9, done.stderr
    assert "of 3: 1 set aside" in done.stderr
    for shard in there.glob("CC-NEWS-*"):
        same = next(shards.glob(f"*{shard.suffix}/archive.db"))
        assert stories(shard / "archive.db") == stories(same)
    assert sorted(results(there).values()) == ["done", "done", "set aside"]


def test_no_scheduler_is_one_clear_line(files: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    done = bulk(tmp_path, "--scheduler", "nonsense", files / "CC-NEWS-1.warc.gz")
    assert done.returncode == 2
    assert "no Dask scheduler answers there" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_options_that_mean_nothing_here_are_refused(files: Path, tmp_path: Path) -> None:
    file = files / "CC-NEWS-1.warc.gz"
    for words, said in (
        (("import", file, "--scheduler", "tcp://x:1", "-a", f"archive={tmp_path}"), "belongs to"),
        (("import", file, "--shards", tmp_path, "-a", f"archive={tmp_path}"), "no -a"),
        (("import", file, "--shards", tmp_path, "--minutes", "no"), "must be a number"),
        (("import", file, "--shards", tmp_path, "--scheduler", "tcp://x:1", "--jobs", "2"),
         "--jobs is for this machine"),
        (("reextract", "--shards", tmp_path, "--site", "news.example"), "all archives of a folder"),
    ):  # fmt: skip
        done = run_scrapy(*map(str, words))
        assert done.returncode == 2
        assert said in done.stderr


def test_a_shard_is_named_for_its_file_whatever_that_is_called() -> None:
    digest = "0123456789abcdef"
    assert shard_name(Path("a b/ü?.warc.gz"), digest) == "file.0123456789ab"
    assert shard_name(Path("x.wacz"), digest) == "x.0123456789ab"
    assert shard_name(Path("CC.arc.gz"), digest) == "CC.0123456789ab"
