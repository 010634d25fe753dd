"""`keep=pictures` and `keep=page`: what pages show is archived, too, after the stories."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.demo.answer import picture
from crawler.demo.server import serve
from tests.loopback import HTML, Answers, site

from .conftest import FULL_SPEED, ROOT, crawl, query, run_scrapy

PNG = {"Content-Type": "image/png"}
TEXT = "".join(
    f"<p>The keeper of lock {n} says that the water has not been as low since he came here, and"
    " that boats will have to wait until it rains in the hills above the valley.</p>"
    for n in range(1, 6)
)


def story(number: int, pictures: str) -> tuple[int, dict[str, str], bytes]:
    return 200, HTML, (
        f"<!doctype html><html lang=en><head><title>Low water at lock {number}</title>"
        f'<meta property="og:type" content="article"><meta property="article:published_time"'
        f' content="2026-05-{number:02}T08:00:00+00:00"></head><body><a href="/">Home</a><article>'
        f"<h1>Low water at lock {number} keeps the boats waiting</h1>{pictures}{TEXT}{number}"
        "</article></body></html>"
    ).encode()  # fmt: skip


def figure(*sources: str) -> str:
    return "".join(
        f'<figure><img src="{each}" alt="A lock" width="800" height="500">'
        f"<figcaption>A lock without water, seen from its gate.</figcaption></figure>"
        for each in sources
    )


def paper(pictures: dict[int, str], **answers: tuple[int, dict[str, str], bytes]) -> Answers:
    """A newspaper with these pictures in its stories."""
    links = "".join(
        f'<a href="/2026/05/low-water-at-lock-{n}/">Low water at lock {n} keeps the boats waiting'
        "</a><br>"
        for n in pictures
    )
    return {
        "/": (200, HTML, f"<html><title>The Lock</title><body>{links}</body></html>".encode()),
        "/robots.txt": (404, {}, b""),
        **{f"/2026/05/low-water-at-lock-{n}/": story(n, p) for n, p in pictures.items()},
        **answers,
    }


def rows(archive: Path) -> dict[str, dict[str, object]]:
    """What became of each requisite, by its path."""
    found = query(
        archive,
        "SELECT u.url, u.state, u.reason_code, p.media_type, p.bytes, p.width, p.height,"
        " p.capture_id FROM urls u LEFT JOIN pictures p ON p.url_id = u.id"
        " WHERE u.role = 'requisite'",
    )
    return {str(row["url"]).split("/", 3)[3]: dict(row) for row in found}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, list[str]]]:
    """An archive of a newspaper with pictures of all kinds, its address, and what was asked for."""
    folder = tmp_path_factory.mktemp("pictures") / "archive"
    asked: list[str] = []
    wide = picture("wide")
    answers = paper(
        {
            1: figure("/a.png", "/moved"),
            2: '<figure><img src="/small.png" srcset="/small.png 400w, /large.png 1600w"></figure>',
            3: figure("/same.png", "/gone.png"),
            4: figure("/page.png", "/film.png", "/drawing.svg", "/long.png"),
        },
        **{
            "/a.png": (200, PNG, picture("a")),
            "/moved": (302, {"Location": "/a-new.png"}, b""),
            "/a-new.png": (200, {"Content-Type": "text/plain"}, picture("moved")),
            "/large.png": (200, PNG, wide),
            "/same.png": (200, PNG, picture("a")),
            "/page.png": (200, HTML, b"<html><body>Please log in</body></html>"),
            "/film.png": (200, {"Content-Type": "video/mp4"}, b"film" * 5_000),
            "/drawing.svg": (200, {"Content-Type": "image/svg+xml"}, b"<svg onload='alert(1)'/>"),
            "/long.png": (200, PNG, picture("long") + bytes(300_000)),
        },
    )
    with site(answers, asked) as url:
        done = crawl(
            "news", folder, "-s", "REQUISITE_MAXSIZE=100000", "-s", "DOWNLOAD_DELAY=0.2", "-s",
            "CONCURRENT_REQUESTS_PER_DOMAIN=1", site=url, keep="pictures",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield folder, url, asked


def test_a_pictures_capture_type_and_size_are_known(kept: tuple[Path, str, list[str]]) -> None:
    found = rows(kept[0])["a.png"]
    assert found["state"] == "done"
    assert (found["media_type"], found["width"], found["height"]) == ("image/png", 32, 20)
    assert found["bytes"] == len(picture("a"))
    record = run_scrapy("show", f"{kept[1]}/a.png", "-a", f"archive={kept[0]}", "--headers")
    assert "image/png" in record.stdout


def test_the_best_size_is_asked_for_and_no_other(kept: tuple[Path, str, list[str]]) -> None:
    assert "/large.png" in kept[2]
    assert "/small.png" not in kept[2]


def test_equal_pictures_are_stored_once(kept: tuple[Path, str, list[str]]) -> None:
    found = query(
        kept[0],
        "SELECT c.url, c.record_type, o.url AS first FROM captures c LEFT JOIN captures o"
        " ON o.id = c.refers_to_id WHERE c.url LIKE '%/same.png' OR c.url LIKE '%/a.png'"
        " ORDER BY c.id",
    )
    assert [row["record_type"] for row in found] == ["response", "revisit"]


def test_a_picture_that_moved_is_the_storys_by_the_address_that_the_story_has(
    kept: tuple[Path, str, list[str]],
) -> None:
    (row,) = query(
        kept[0],
        "SELECT p.state, p.media_type, c.url FROM story_pictures p JOIN captures c"
        " ON c.id = p.capture_id WHERE p.url LIKE '%/moved'",
    )
    assert row["state"] == "redirected"
    assert row["media_type"] == "image/png"  # by its bytes, whatever is said of them
    assert row["url"].endswith("/a-new.png")


def test_what_is_no_picture_is_named_with_its_reason(kept: tuple[Path, str, list[str]]) -> None:
    found = rows(kept[0])
    assert (found["gone.png"]["state"], found["gone.png"]["reason_code"]) == ("gone", "http_status")
    assert (found["page.png"]["state"], found["page.png"]["reason_code"]) == (
        "failed", "no_requisite",
    )  # fmt: skip
    assert found["film.png"]["reason_code"] == "no_requisite"
    assert found["long.png"]["reason_code"] == "too_long"
    cut = query(kept[0], "SELECT url, payload_bytes FROM captures WHERE truncated IS NOT NULL")
    lengths = {row["url"].rpartition("/")[2]: row["payload_bytes"] for row in cut}
    assert lengths["film.png"] < 20_000
    assert lengths["long.png"] <= 200_000


def test_a_drawing_is_archived_and_not_taken_for_a_picture_to_be_shown(
    kept: tuple[Path, str, list[str]],
) -> None:
    found = rows(kept[0])["drawing.svg"]
    assert (found["state"], found["capture_id"]) == ("done", None)


def test_stories_are_those_of_a_run_without_pictures(
    kept: tuple[Path, str, list[str]],
) -> None:
    (run,) = query(kept[0], "SELECT new_articles, failures, visits FROM runs")
    assert (run["new_articles"], run["failures"]) == (4, 0)
    assert json.loads(run["visits"])["requisite"]["done"] == 5
    (summary,) = query(kept[0], "SELECT * FROM site_summary")
    assert (summary["articles"], summary["queued"], summary["failed"]) == (4, 0, 0)


def test_nothing_is_asked_for_twice(kept: tuple[Path, str, list[str]]) -> None:
    before = len(kept[2])
    assert crawl("news", kept[0], site=kept[1], keep="pictures").returncode == 0
    again = [path for path in kept[2][before:] if path.endswith((".png", ".svg", "/moved"))]
    assert again == []


def test_an_archive_is_made_again_with_its_pictures(
    kept: tuple[Path, str, list[str]], tmp_path: Path
) -> None:
    told = "SELECT url, media_type, bytes, width, state FROM story_pictures ORDER BY url, role"
    before = [tuple(row) for row in query(kept[0], told)]
    made = tmp_path / "made"
    made.mkdir()
    shutil.copytree(kept[0] / "warc", made / "warc")
    assert run_scrapy("rebuild", str(made)).returncode == 0
    assert [tuple(row) for row in query(made, told)] == before


def test_the_archive_verifies_and_its_index_has_the_pictures(
    kept: tuple[Path, str, list[str]],
) -> None:
    assert run_scrapy("verify", str(kept[0])).returncode == 0
    index = run_scrapy("export", "cdxj", "-a", f"archive={kept[0]}").stdout
    assert "/large.png" in index


def test_pictures_of_stories_that_were_archived_without_are_asked_for_later(
    tmp_path: Path,
) -> None:
    asked: list[str] = []
    answers = paper({1: figure("/a.png")}, **{"/a.png": (200, PNG, picture("a"))})
    with site(answers, asked) as url:
        crawl("news", tmp_path / "a", site=url)
        assert "/a.png" not in asked
        crawl("news", tmp_path / "a", site=url, keep="pictures")
        assert asked.count("/a.png") == 1
    assert rows(tmp_path / "a")["a.png"]["width"] == 32


def test_a_limit_on_pages_counts_pages_alone_and_no_picture_comes_before_one(
    tmp_path: Path,
) -> None:
    asked: list[str] = []
    pictures = {n: figure(*(f"/{n}-{i}.png" for i in range(3))) for n in range(1, 5)}
    shown = {f"/{n}-{i}.png": (200, PNG, picture(f"{n}{i}")) for n in range(1, 5) for i in range(3)}
    with site(paper(pictures, **shown), asked) as url:
        done = crawl("news", tmp_path / "a", site=url, keep="pictures", max_pages="3")
    assert done.returncode == 0
    stories = [n for n, path in enumerate(asked) if path.startswith("/2026/")]
    assert max(stories) < min(n for n, path in enumerate(asked) if path.endswith(".png"))
    (run,) = query(tmp_path / "a", "SELECT new_articles, outcome FROM runs")
    assert (run["new_articles"], run["outcome"]) == (2, "max_pages")
    states = [row["state"] for row in rows(tmp_path / "a").values()]
    assert states == ["done"] * 6


def test_pictures_come_in_the_pause_between_two_pages(tmp_path: Path) -> None:
    pictures = {n: figure(f"/{n}.png") for n in range(1, 6)}
    shown = {f"/{n}.png": (200, PNG, picture(f"{n}")) for n in range(1, 6)}
    asked: list[str] = []
    with site(paper(pictures, **shown), asked) as url:
        slowly = ("-s", "DOWNLOAD_DELAY=0.6", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        done = crawl("news", tmp_path / "a", *slowly, site=url, keep="pictures", discover="links")
    assert done.returncode == 0
    kinds = ["file" if path.endswith(".png") else "page" for path in asked]
    assert "page" in kinds[kinds.index("file") :]
    assert kinds.count("file") == 5


def test_a_killed_run_goes_on_with_the_pictures_that_it_owes(tmp_path: Path) -> None:
    pictures = {n: figure(*(f"/{n}-{i}.png" for i in range(4))) for n in range(1, 5)}
    shown = {f"/{n}-{i}.png": (200, PNG, picture(f"{n}{i}")) for n in range(1, 5) for i in range(4)}
    asked: list[str] = []
    arguments = {"archive": str(tmp_path / "a"), "allow_private": "1", "keep": "pictures"}
    with site(paper(pictures, **shown), asked) as url:
        given = [part for name, value in {**arguments, "site": url}.items()
                 for part in ("-a", f"{name}={value}")]  # fmt: skip
        slowly = ("-s", "DOWNLOAD_DELAY=0.4", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        with subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "news", *given, *FULL_SPEED, *slowly],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            while sum(path.endswith(".png") for path in asked) < 5:
                assert process.poll() is None
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
        assert crawl("news", tmp_path / "a", site=url, keep="pictures").returncode == 0
    found = rows(tmp_path / "a")
    assert sorted(found) == sorted(path[1:] for path in shown)
    assert {row["state"] for row in found.values()} == {"done"}
    assert max(map(asked.count, shown)) <= 2  # what was under way when the run was killed


def test_a_picture_host_that_asks_for_a_pause_gets_it_and_stories_do_not_wait(
    tmp_path: Path,
) -> None:
    names = [f"{each}.png" for each in "pqrstu"]
    answers: Answers = {f"/{each}": (429, {"Retry-After": "7200"}, b"") for each in names}
    there: list[str] = []
    with site(answers, there) as host:
        elsewhere = host.replace("127.0.0.1", "localhost")
        pictures = figure(*(f"{elsewhere}/{each}" for each in names))
        with site(paper({1: pictures, 2: ""})) as url:
            done = crawl(
                "news", tmp_path / "a", "-s", "DOWNLOAD_DELAY=0.4", site=url,
                keep="pictures",
            )  # fmt: skip
    assert done.returncode == 0
    (asked,) = (path[1:] for path in there if path.endswith(".png"))
    found = rows(tmp_path / "a")
    assert {name: found[name]["state"] for name in names} == {
        name: "retry" if name == asked else "queued" for name in names
    }
    (run,) = query(tmp_path / "a", "SELECT new_articles, captures FROM runs")
    assert run["new_articles"] == 2
    # what was asked of the host of pictures counts for the newspaper, and that is the only one
    (own,) = query(tmp_path / "a", "SELECT new_articles, captures FROM run_papers")
    assert dict(own) == dict(run)
    assert len(query(tmp_path / "a", "SELECT * FROM site_summary")) == 1
    assert run_scrapy("verify", str(tmp_path / "a")).returncode == 0


def test_robots_rules_hold_for_pictures(tmp_path: Path) -> None:
    answers = paper({1: figure("/private/a.png")})
    answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /private/\n")
    asked: list[str] = []
    with site(answers, asked) as url:
        assert crawl("news", tmp_path / "a", site=url, keep="pictures").returncode == 0
    assert "/private/a.png" not in asked
    assert rows(tmp_path / "a")["private/a.png"]["reason_code"] == "robots_forbids"


def test_a_takedown_takes_the_pictures_that_no_other_story_has(tmp_path: Path) -> None:
    answers = paper(
        {1: figure("/own.png", "/both.png"), 2: figure("/both.png", "/copy.png")},
        **{
            "/own.png": (200, PNG, picture("own")),
            "/both.png": (200, PNG, picture("both")),
            "/copy.png": (200, PNG, picture("copy")),
        },
    )
    folder = tmp_path / "a"
    with site(answers) as url:
        assert crawl("news", folder, site=url, keep="pictures").returncode == 0
        done = run_scrapy(
            "takedown", f"{url}/2026/05/low-water-at-lock-1/", "-a", f"archive={folder}",
            "--reason", "asked for", "--by", "the one who is shown", "--yes",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    found = rows(folder)
    assert (found["own.png"]["state"], found["own.png"]["reason_code"]) == (
        "excluded",
        "taken_down",
    )
    assert found["own.png"]["capture_id"] is None
    assert found["both.png"]["capture_id"] is not None
    kept = set()
    for path in (folder / "warc").glob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response":
                    kept.add(record.content_stream().read())
    assert picture("own") not in kept
    assert {picture("both"), picture("copy")} <= kept
    assert run_scrapy("verify", str(folder)).returncode == 0


def test_what_to_keep_is_checked_before_anything_is_fetched(tmp_path: Path) -> None:
    done = crawl("news", tmp_path / "a", site="http://127.0.0.1:9/", keep="everything")
    assert done.returncode == 2
    assert "keep=everything: there are text, pictures and page" in done.stderr


def test_a_configuration_says_it_paper_by_paper(tmp_path: Path) -> None:
    asked: list[str] = []
    answers = paper({1: figure("/a.png")}, **{"/a.png": (200, PNG, picture("a"))})
    with site(answers, asked) as url:
        config = tmp_path / "hemeroteca.toml"
        config.write_text(
            f'contact = "a@b.example"\n[papers.lock]\naddress = "{url}"\nkeep = "pictures"\n'
        )
        done = run_scrapy(
            "crawl", "news", "--config", str(config), "-a", "allow_private=1", *FULL_SPEED
        )
        assert done.returncode == 0, done.stderr
    assert asked.count("/a.png") == 1


# -- keep=page -------------------------------------------------------------------------------------


def test_style_sheets_are_followed_to_what_they_need(tmp_path: Path) -> None:
    css = {"Content-Type": "text/css"}
    look = '<link rel="stylesheet" href="/look.css"><style>h1 { background: url(/top.png) }</style>'
    answers = paper({1: look + '<img src="/s.png" srcset="/m.png 2x">'}, **{
        "/look.css": (200, css, b'@import "more.css"; p { background: url(bg.png) }'),
        "/more.css": (200, css, b'@import "look.css"; @font-face { src: url(f.woff2) }'),
        "/f.woff2": (200, {"Content-Type": "font/woff2"}, b"wOF2" + bytes(40)),
        **{f"/{name}.png": (200, PNG, picture(name)) for name in ("bg", "top", "s", "m")},
    })  # fmt: skip
    asked: list[str] = []
    with site(answers, asked) as url:
        assert crawl("news", tmp_path / "a", site=url, keep="page").returncode == 0
    found = rows(tmp_path / "a")
    wanted = {"look.css", "more.css", "f.woff2", "bg.png", "top.png", "s.png", "m.png"}
    assert {path for path, row in found.items() if row["state"] == "done"} >= wanted
    assert all(asked.count(f"/{path}") == 1 for path in wanted)


def test_a_style_sheet_is_asked_for_again_once_it_may_have_changed(tmp_path: Path) -> None:
    css = {"Content-Type": "text/css", "ETag": '"1"'}
    answers = paper({1: '<link rel="stylesheet" href="/look.css">' + figure("/a.png")}, **{
        "/look.css": (200, css, b"p { color: red }"), "/a.png": (200, PNG, picture("a")),
    })  # fmt: skip
    asked: list[str] = []
    with site(answers, asked) as url:
        for age in ("", "-29 days", "-31 days"):
            if age:
                with sqlite3.connect(tmp_path / "a" / "archive.db") as db:
                    db.execute(
                        "UPDATE urls SET visited_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', ?)"
                        " WHERE role = 'requisite'",
                        (age,),
                    )
            done = crawl("news", tmp_path / "a", site=url, keep="page", revisit="now")
            assert done.returncode == 0
    assert (asked.count("/look.css"), asked.count("/a.png")) == (2, 1)


def test_a_page_that_has_not_changed_tells_what_it_needs_all_the_same(tmp_path: Path) -> None:
    with serve("morning") as url:
        address = f"{url}/business/2026/10/13/freight-siding-decision-expected"
        counts = []
        for keep in ("text", "pictures", "page"):
            assert crawl("article", tmp_path / "a", url=address, keep=keep).returncode == 0
            counts.append(len(rows(tmp_path / "a")))
        (seen,) = query(tmp_path / "a", "SELECT count(*) AS n FROM captures WHERE status = 304")
    assert seen["n"] == 2
    assert counts[0] == 0 < counts[1] < counts[2]
    assert {row["state"] for row in rows(tmp_path / "a").values()} == {"done"}


def test_sheets_that_lead_to_one_another_without_end_end(tmp_path: Path) -> None:
    css = {"Content-Type": "text/css"}
    chain = {
        f"/{n}.css": (200, css, f'@import "{n + 1}.css";'.encode()) for n in range(30)
    }  # fmt: skip
    with site(paper({1: '<link rel=stylesheet href="/0.css">'}, **chain)) as url:
        assert crawl("news", tmp_path / "a", site=url, keep="page").returncode == 0
    assert 3 <= len([path for path in rows(tmp_path / "a") if path.endswith(".css")]) <= 8
