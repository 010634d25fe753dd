"""What runs tell of themselves, and what is queued again: `scrapy runs`, `status`, `retry`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import HTML, Answers, page, site

from .conftest import Archived, crawl, query, run_scrapy

TEXT = "<p>" + "The ferry was late again, and nobody on the pier could say why. " * 12 + "</p>"


def story(number: int) -> tuple[int, dict[str, str], bytes]:
    text = (
        f"<html><head><title>Ferry {number}</title><meta property='og:type' content='article'>"
        f"</head><body><article><h1>Ferry number {number} is late</h1>"
        f"<time datetime='2024-11-{number:02}T10:00:00Z'>x</time>{TEXT}</article></body></html>"
    )
    return 200, HTML, text.encode()


@pytest.fixture(scope="module")
def some_failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Answers, str]]:
    """A newspaper of four stories, two of which could not be had."""
    folder = tmp_path_factory.mktemp("runs") / "a"
    paths = [f"/2024/11/{number:02}/ferry-number-{number}-late" for number in range(1, 5)]
    answers: Answers = {"/": page(*paths), **{p: story(n) for n, p in enumerate(paths, 1)}}
    answers[paths[0]] = (500, {}, b"")
    answers[paths[1]] = (406, {}, b"")
    with site(answers) as home:
        done = crawl("news", folder, "-s", "RETRY_TIMES=0", site=home)
        assert done.returncode == 0, done.stderr
        yield folder, answers, home


def test_a_run_is_one_row_with_all_that_it_was(some_failed: tuple[Path, Answers, str]) -> None:
    folder, _, home = some_failed
    run = query(folder, "SELECT * FROM runs WHERE spider = 'news' ORDER BY id LIMIT 1")[0]
    assert (run["exit_code"], run["outcome"], run["new_articles"]) == (0, "finished", 2)
    sent = query(folder, "SELECT sum(payload_bytes) AS n FROM captures WHERE run_id = 1")
    assert run["bytes"] == sent[0]["n"] > 0
    assert run["seconds"] >= 0  # both times are whole seconds
    visits = json.loads(run["visits"])
    assert visits["page"] == {"done": 2, "failed": 1, "retry": 1}
    assert visits["home"] == {"done": 1}
    assert run["settings_digest"].startswith("sha256:")
    assert set(json.loads(run["versions"])) == {"python", "scrapy", "sqlite", "extractor"}
    papers = query(folder, "SELECT * FROM run_papers WHERE run_id = 1")
    assert len(papers) == 1
    for name in ("captures", "bytes", "new_articles", "new_revisions", "failures"):
        assert papers[0][name] == run[name], name
    assert papers[0]["outcome"] == "finished"
    assert f"http://{papers[0]['paper']}" == home


def test_runs_are_listed_and_one_is_told_in_full(some_failed: tuple[Path, Answers, str]) -> None:
    folder, _, home = some_failed
    listed = run_scrapy("runs", str(folder), "--site", home)
    assert listed.returncode == 0, listed.stderr
    assert "finished" in listed.stdout
    assert "UTC" in listed.stdout
    one = run_scrapy("runs", "1", str(folder))
    for said in ("exit code 0: done", "Ferry number 3 is late", "HTTP 500", "HTTP 406", "link"):
        assert said in one.stdout, said
    document = json.loads(run_scrapy("runs", "1", str(folder), "--json").stdout)
    assert document["sources"] == [["link", 2]]
    assert [state for _, state, _ in document["failed"]] == ["failed", "retry"]
    assert [each["id"] for each in json.loads(
        run_scrapy("runs", str(folder), "--json").stdout
    )][-1] == 1  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("runs", "99"), 7, "the archive has no run 99"),
        (("runs", "9" * 30), 7, "the archive has no run 999"),
        (("runs", "--limit", "9" * 5_000), 2, "must be a number of 1 or more"),
        (("runs", "--limit", "x"), 2, "--limit x must be a number"),
        (("runs", "--site", "nobody.example"), 7, "no such newspaper"),
        (("retry", "--reason", "http_statsu"), 2, "did you mean http_status?"),
        (("retry", "--reason", "mirror", "--excluded"), 2, "name one of --reason, --excluded"),
        (("retry", "--url", "https://nobody.example/x"), 7, "has never heard of"),
        (("retry", "--url", "https://a.example/", "--site", "a.example"), 2, "no address"),
    ],
)
def test_what_there_is_not(
    tmp_path: Path, archived: Archived, arguments: tuple[str, ...], code: int, said: str
) -> None:
    shutil.copytree(archived.folder, tmp_path / "a")  # a run that has nothing to do writes that
    done = run_scrapy(*arguments, "-a", f"archive={tmp_path / 'a'}")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_what_failed_is_queued_again_and_fetched(some_failed: tuple[Path, Answers, str]) -> None:
    folder, answers, home = some_failed
    shown = run_scrapy("status", str(folder)).stdout
    assert "2 articles in 2 revisions" in shown
    assert "tried in vain" in shown
    assert "HTTP 404" not in shown
    failing = query(folder, "SELECT url FROM urls WHERE state IN ('failed', 'retry') ORDER BY url")
    for number, each in enumerate(failing, 1):
        answers[each["url"].removeprefix(home)] = story(number)
    one = run_scrapy("retry", str(folder), "--reason", "http_status 406")
    assert "1 URL is queued" in one.stdout, one.stderr
    assert "1 URL waiting for a crawl" in run_scrapy("status", str(folder)).stdout
    rest = run_scrapy("retry", str(folder), "--site", home)
    assert "1 URL is queued" in rest.stdout, rest.stderr
    done = crawl("news", folder, site=home)
    assert "2 new articles" in done.stdout, done.stderr
    assert "nothing to queue" in run_scrapy("retry", str(folder)).stdout
    again = run_scrapy("retry", str(folder), "--url", failing[0]["url"])
    assert "1 URL is queued" in again.stdout
    spiders = [row["spider"] for row in query(folder, "SELECT spider FROM runs ORDER BY id")]
    assert spiders == ["news", "retry", "retry", "news", "retry", "retry"]
