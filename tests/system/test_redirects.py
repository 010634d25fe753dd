"""Where a redirect leads decides what is kept."""

from __future__ import annotations

from pathlib import Path

from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query, run_scrapy
from .test_hostile import STORY


def test_a_story_that_leads_to_another_site_is_excluded(tmp_path: Path) -> None:
    other: Answers = {"/advert": (200, HTML, STORY.encode())}
    ours: Answers = {
        "/": page("/2026/away", "/2026/story"),
        "/2026/story": (200, HTML, STORY.encode()),
    }
    with site(other) as away, site(ours) as home:
        ours["/2026/away"] = (302, {"Location": f"{away}/advert"}, b"")
        done = crawl("news", tmp_path / "a", site=home)
    assert done.returncode == 0, done.stderr
    stories = query(tmp_path / "a", "SELECT url FROM stories")
    assert [row["url"] for row in stories] == [f"{home}/2026/story"]
    (row,) = query(tmp_path / "a", "SELECT state, reason FROM urls WHERE url = ?", f"{away}/advert")
    assert row == {"state": "excluded", "reason": "leads to another site"}


def test_a_newspaper_that_has_moved_is_archived_where_it_is_now(tmp_path: Path) -> None:
    new: Answers = {"/": page("/2026/story"), "/2026/story": (200, HTML, STORY.encode())}
    with site(new) as there:
        old: Answers = {"/": (301, {"Location": f"{there}/"}, b"")}
        with site(old) as here:
            done = crawl("news", tmp_path / "a", site=here)
    assert done.returncode == 0, done.stderr
    assert [row["url"] for row in query(tmp_path / "a", "SELECT url FROM stories")] == [
        f"{there}/2026/story"
    ]


def test_a_robots_txt_that_fails_forbids_everything(tmp_path: Path) -> None:
    answers: Answers = {"/": page("/2026/story"), "/robots.txt": (503, {}, b"")}
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", "-s", "RETRY_TIMES=0", site=home)
    assert done.returncode == 3
    assert "robots.txt answers HTTP 503: nothing is allowed" in done.stderr


def test_no_robots_txt_allows_everything(tmp_path: Path) -> None:
    answers: Answers = {"/": page("/2026/story"), "/2026/story": (200, HTML, STORY.encode())}
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", site=home)
    assert done.returncode == 0, done.stderr
    assert len(query(tmp_path / "a", "SELECT url FROM stories")) == 1


def test_what_is_left_at_the_host_that_a_newspaper_has_moved_to_is_taken_up(tmp_path: Path) -> None:
    stories = [f"/2026/05/0{n}/a-day-of-the-mill" for n in range(1, 6)]
    new: Answers = {"/": page(*stories)}
    for number, path in enumerate(stories):
        new[path] = (200, HTML, STORY.replace("weir", f"mill {number}").encode())
    with site(new) as there, site({"/": (301, {"Location": f"{there}/"}, b"")}) as here:
        crawl("news", tmp_path / "a", site=here, max_pages="2", discover="links")
        assert len(query(tmp_path / "a", "SELECT 1 FROM stories")) < 5
        new["/"] = page(stories[0])
        crawl("news", tmp_path / "a", site=here, discover="links")
    assert len(query(tmp_path / "a", "SELECT 1 FROM stories")) == 5


def test_addresses_that_all_lead_to_a_slash_cost_one_request_each(tmp_path: Path) -> None:
    asked: list[str] = []
    answers: Answers = {}
    for n in range(60):
        answers[f"/posts/{n}"] = (301, {"Location": f"/posts/{n}/"}, b"")
        text = STORY.replace("</h1>", f" {n}</h1>").replace("<p>", f"<p>Number {n * 7919} of it: ")
        answers[f"/posts/{n}/"] = (200, HTML, text.encode())
    answers["/posts/7"] = answers.pop("/posts/7/")  # one that has none
    answers["/"] = page(*(f"/posts/{n}" for n in range(60)))
    with site(answers, asked) as home:
        done = crawl("news", tmp_path / "a", site=home)
    assert done.returncode == 0, done.stderr
    (row,) = query(tmp_path / "a", "SELECT count(*) AS n FROM stories")
    assert row["n"] == 60
    posts = [path for path in asked if path.startswith("/posts/")]
    assert len(posts) < 60 + 35, posts  # those that are under way before it shows ask twice
    rows = query(tmp_path / "a", "SELECT state, reason FROM urls WHERE url LIKE '%/posts/59'")
    assert rows[0]["state"] == "redirected"
    rows = query(tmp_path / "a", "SELECT 1 FROM urls WHERE state IN ('queued', 'claimed')")
    assert not rows
    done = run_scrapy("verify", str(tmp_path / "a"))
    assert done.returncode == 0, done.stdout


def test_a_page_that_sends_its_reader_on_by_itself_is_a_redirect(tmp_path: Path) -> None:
    by_markup = b"<html><head><meta content='0;url=/2026/story' http-equiv='refresh'></head></html>"
    answers: Answers = {
        "/old": (200, HTML, by_markup),
        "/older": (200, {**HTML, "Refresh": "0; url=/old"}, b""),
        "/2026/story": (200, HTML, STORY.encode()),
    }
    with site(answers) as home:
        done = crawl("article", tmp_path / "a", url=f"{home}/older")
    assert done.returncode == 0, done.stderr
    (story,) = query(tmp_path / "a", "SELECT url FROM stories")
    assert story["url"] == f"{home}/2026/story"
    rows = query(tmp_path / "a", "SELECT url, state FROM urls WHERE role = 'page' ORDER BY url")
    assert [row["state"] for row in rows if row["url"].endswith("/older")] == ["redirected"]
    kept = query(tmp_path / "a", "SELECT u.url FROM captures c JOIN urls u ON u.id = c.url_id")
    assert {f"{home}/old", f"{home}/older", f"{home}/2026/story"} <= {row["url"] for row in kept}


def test_pages_that_send_on_to_one_another_end(tmp_path: Path) -> None:
    way = "<meta http-equiv=refresh content='0;url={}'>"
    answers: Answers = {
        "/a": (200, HTML, way.format("/b").encode()),
        "/b": (200, HTML, way.format("/a").encode()),
    }
    with site(answers) as home:
        done = crawl("article", tmp_path / "a", url=f"{home}/a")
    assert done.returncode == 3
    assert "redirected without end" in done.stderr
