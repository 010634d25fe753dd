"""What a run leaves unvisited is counted and told, and a limit is shared fairly."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query, run_scrapy
from .test_hostile import STORY
from .test_stopping import STORIES, paper, start

PAGES = "SELECT count(*) AS n FROM urls WHERE role IN ('home', 'page') AND visited_at > ''"


def newspaper(stories: int) -> Answers:
    paths = [f"/2026/05/{day:02}/the-story-of-day-{day}" for day in range(1, stories + 1)]
    dated = "<head><meta property='article:published_time' content='2026-05-01'>"
    text = STORY.replace("<head>", dated)
    answers: Answers = {p: (200, HTML, text.replace("Weir", f"Weir {p}").encode()) for p in paths}
    return answers | {"/": page(*paths)}


@pytest.mark.parametrize(
    ("sizes", "limit"),
    [
        ((20, 20, 20), 30),
        ((20, 3, 20), 30),  # what the small one does not need the others get
        ((0, 20), 12),
    ],
)
def test_a_limit_on_pages_is_shared(tmp_path: Path, sizes: tuple[int, ...], limit: int) -> None:
    with ExitStack() as papers:
        homes = [papers.enter_context(site(newspaper(size))) for size in sizes]
        done = crawl(
            "news", tmp_path / "a", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=2",
            site=",".join(homes), max_pages=str(limit), discover="links",
        )  # fmt: skip
    # a home page that leads nowhere is told
    assert done.returncode == (0 if all(sizes) else 3), done.stderr
    counts = {
        row["home_url"]: row["n"]
        for row in query(
            tmp_path / "a",
            "SELECT s.home_url, count(*) AS n FROM urls u JOIN sites s ON s.id = u.site_id"
            " WHERE u.role IN ('home', 'page') AND u.visited_at > '' GROUP BY 1",
        )
    }
    got = [counts[f"{home}/"] for home in homes]
    assert limit - 1 <= sum(got) <= limit
    # each has its equal share, or all of its pages; the rest goes to who answers first
    share = limit // len(sizes)
    assert all(n >= min(share, size + 1) for n, size in zip(got, sizes, strict=True)), got


def test_a_limit_that_leaves_something_is_told(tmp_path: Path) -> None:
    with site(newspaper(20)) as home:
        done = crawl("news", tmp_path / "a", site=home, max_pages="6", discover="links")
        assert done.returncode == 0
        assert "15 URLs are still queued: the same command resumes" in done.stdout
        assert "(ended early: max_pages)" in done.stdout
        rest = crawl("news", tmp_path / "a", site=home, max_pages="60", discover="links")
    assert "still queued" not in rest.stdout
    outcomes = [row["outcome"] for row in query(tmp_path / "a", "SELECT outcome FROM runs")]
    assert outcomes == ["max_pages", "finished"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_what_a_killed_run_had_in_hand_counts_as_queued(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path in STORIES) as news:
        with start(news.url, folder) as run:
            news.wait_for(lambda log: log[-1:] != [] and log[-1] in STORIES, run)
            run.kill()
        assert query(folder, "SELECT 1 FROM urls WHERE state = 'claimed'")
        assert query(folder, "SELECT queued FROM site_summary") == [{"queued": len(STORIES)}]
        shown = run_scrapy("status", str(folder))
    assert f" {len(STORIES)} " in shown.stdout


def test_a_run_whose_newspaper_did_not_answer_is_not_called_finished(tmp_path: Path) -> None:
    answers: Answers = {"/": (500, {}, b""), "/robots.txt": (404, {}, b"")}
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", "-s", "RETRY_TIMES=0", site=home, discover="links")
    assert done.returncode == 3
    assert query(tmp_path / "a", "SELECT outcome FROM runs") == [{"outcome": "unreachable"}]


@pytest.mark.parametrize(
    "answer",
    [(403, {}, b""), (404, {}, b""), (200, HTML, b"<p>Here is nothing.</p>")],
    ids=["forbidden", "not found", "a page"],
)
def test_a_sitemap_that_was_only_guessed_at_is_no_error(
    tmp_path: Path, answer: tuple[int, dict[str, str], bytes]
) -> None:
    answers = newspaper(2)
    for place in ("/sitemap.xml", "/sitemap_index.xml", "/feed", "/feed/", "/rss", "/rss.xml"):
        answers[place] = answer
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", site=home)
    assert done.returncode == 0, done.stderr
    assert query(tmp_path / "a", "SELECT 1 FROM urls WHERE source = 'usual'")
    assert query(tmp_path / "a", "SELECT failures FROM runs") == [{"failures": 0}]
    assert query(tmp_path / "a", "SELECT failed FROM site_summary") == [{"failed": 0}]
    told = done.stdout.partition("The archive is in")[0]
    assert not any(word in told for word in ("HTTP", "no sitemap", "no feed", "not HTML"))


def test_a_named_sitemap_that_is_missing_is_an_error(tmp_path: Path) -> None:
    answers = newspaper(2)
    answers["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"Sitemap: /news.xml\n")
    answers["/news.xml"] = (403, {}, b"")
    with site(answers) as home:
        answers["/robots.txt"] = (200, {}, f"Sitemap: {home}/news.xml\n".encode())
        done = crawl("news", tmp_path / "a", site=home, discover="sitemap,links")
    assert "failed: HTTP 403" in done.stdout
    assert query(tmp_path / "a", "SELECT failures FROM runs") == [{"failures": 1}]


def test_what_is_due_again_counts_as_queued(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper() as news:
        assert crawl("news", folder, site=news.url, discover="links").returncode == 0
        news.slow = lambda path: path in STORIES
        news.log.clear()
        again = ("-a", "revisit=now")
        paced = "CONCURRENT_REQUESTS_PER_DOMAIN=1"
        with start(news.url, folder, paced, more=again) as run:
            assert run.stderr is not None
            queued = 0
            while queued != len({"/", *STORIES} - set(news.log)):  # all that are not asked for yet
                line = run.stderr.readline()
                assert " queued" in line, line
                queued = int(line.split(" queued")[0].split()[-1].replace(",", ""))
            run.kill()
