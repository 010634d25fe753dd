"""What befalls a newspaper in years of unattended runs. `make bench-years` lives through three."""

from __future__ import annotations

import random
from pathlib import Path

from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query

XML = {"Content-Type": "application/xml"}


def story(number: int) -> tuple[int, dict[str, str], bytes]:
    draw = random.Random(number)
    names = [
        f"{draw.choice('BDKLMPT')}{draw.choice('aeiou')}rn{draw.randrange(999)}" for _ in range(90)
    ]
    text = "".join(
        f"<p>{' and '.join(names[at : at + 15])} met at the weir.</p>" for at in range(0, 90, 15)
    )
    return 200, HTML, (
        f"<html lang=en><head><title>Meeting {number} at the weir</title>"
        f"<meta property='article:published_time' content='2026-03-{number % 28 + 1:02}T09:00:00Z'>"
        f"</head><body><article><h1>Meeting {number} at the weir</h1>"
        f"<p>By <a rel=author href=/by/ada>Ada Weir</a></p>{text}</article></body></html>"
    ).encode()  # fmt: skip


def newspaper(home: str, paths: dict[str, int]) -> Answers:
    """A home page with nothing on it, and a sitemap. paths: of which story."""
    told = "".join(f"<url><loc>{home}{path}</loc></url>" for path in paths)
    return {
        "/": page(),
        "/sitemap.xml": (200, XML, f"<urlset>{told}</urlset>".encode()),
        **{path: story(number) for path, number in paths.items()},
    }


def test_new_stories_come_in_after_all_old_ones_got_new_addresses(tmp_path: Path) -> None:
    answers: Answers = {}
    with site(answers) as home:
        answers.update(newspaper(home, {f"/news/{n}-a-meeting": n for n in range(60)}))
        crawl("news", tmp_path / "a", site=home)
        assert len(query(tmp_path / "a", "SELECT 1 FROM stories")) == 60
        # nobody thought of the old addresses
        answers.clear()
        answers.update(newspaper(home, {f"/artikel/{n}-a-meeting.html": n for n in range(50)}))
        crawl("news", tmp_path / "a", site=home)
        assert len(query(tmp_path / "a", "SELECT 1 FROM stories")) == 60
        moved = {f"/artikel/{n}-a-meeting.html": n for n in range(60)}
        new = {f"/artikel/{n}-a-meeting.html": n for n in range(60, 70)}
        answers.update(newspaper(home, {**moved, **new}))
        done = crawl("news", tmp_path / "a", site=home)
    assert done.returncode == 0, done.stderr
    assert len(query(tmp_path / "a", "SELECT 1 FROM stories")) == 70


def test_a_feed_that_shows_a_wall_for_a_night_is_read_in_the_next(tmp_path: Path) -> None:
    answers: Answers = {}
    wall = (200, HTML, b"<title>Before you continue</title><p>Accept all cookies to read on.</p>")
    with site(answers) as home:
        answers.update(newspaper(home, {f"/news/{n}-a-meeting": n for n in range(3)}))
        answers["/robots.txt"] = (200, {}, f"Sitemap: {home}/sitemap.xml".encode())
        crawl("news", tmp_path / "a", site=home)
        sitemap, answers["/sitemap.xml"] = answers["/sitemap.xml"], wall
        crawl("news", tmp_path / "a", site=home)
        answers["/sitemap.xml"] = sitemap
        (row,) = query(
            tmp_path / "a",
            "SELECT state, kind, (julianday(due_at) - julianday(visited_at)) * 24 AS hours"
            " FROM urls WHERE url LIKE '%/sitemap.xml'",
        )
    assert (row["state"], row["kind"], round(row["hours"])) == ("failed", "sitemap", 6)
