"""Text that nothing can store, in whatever a newspaper says: the stories are archived all the
same, and no control character gets as far as the database."""

from __future__ import annotations

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.text import is_clean
from tests.loopback import serving

from .conftest import FULL_SPEED, PLAINLY, ROOT, crawl, query, run_scrapy

PROSE = "".join(
    f"<p>The weir at lock {n} was repaired this week, and boats pass it again, said the master of "
    "the locks, who has looked after it for twenty years and knows each of its stones.</p>"
    for n in range(4)
)
JSON = r"A\udfff\u001b]52;c;aGk=\u0007\u009b31m\u0000"
"""Half of a surrogate pair, a clipboard, a colour, a NUL: as JSON writes them."""
HTML = "A&#xDFFF;&#27;]52;c;aGk=&#7;&#155;31m&#0;\x1b[31m\x9b32m\x00\x7f\u202e"
"""The same as markup writes them, and raw."""


def ld(key: str, value: str) -> str:
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Weir repaired", '
        f'"datePublished": "2024-05-05T10:00:00Z", "{key}": {value}}}</script>'
    )


def page(name: str, head: str = "", body: str = "", title: str = "") -> str:
    title = title or f"Weir at {name} repaired"
    prose = PROSE.replace("lock", f"lock {name}")
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
        f"{prose}{body}</article></body></html>"
    )


STORIES = {
    **{
        key: page(key, ld(key, f'"{JSON} and more of it"'))
        for key in ("author", "articleSection", "keywords", "description", "dateModified",
                    "inLanguage", "image", "url", "mainEntityOfPage", "publisher", "headline",
                    "timeRequired", "@type")
    },
    "author-name": page("author-name", ld("author", f'[{{"@type": "Person", "name": "{JSON}"}}]')),
    "body": page("body", ld("articleBody", f'"{(JSON + " words ") * 60}"')),
    "numbers": page("numbers", ld("image", '{"url": "/i.jpg", "width": 1e999, "height": NaN}')),
    "digits": page("digits", ld("wordCount", "9" * 400)),
    "title": page("title", title=f"Weir {HTML}"),
    "alt": page("alt", body=f'<figure><img src="/{HTML}.jpg" alt="{HTML}" width={"9" * 30}>'
                            f"<figcaption>{HTML}</figcaption></figure>"),
    "links": page("links", body=f'<aside><h2>Read also {HTML}</h2><ul><li><a href="/s/{HTML}"'
                                f' title="{HTML}">{HTML} another story</a></li></ul></aside>'),
    "meta": page("meta", f'<meta property="og:title" content="{HTML}"><meta name=author content="'
                         f'{HTML}"><meta property="article:tag" content="{HTML}"><meta name=robots'
                         f' content="noarchive {HTML}"><meta property="article:published_time"'
                         f' content="2024-05-05{HTML}">'),
    "microdata": page("microdata", body=f"<span itemprop=author>{HTML}</span><time itemprop="
                                        f'datePublished datetime="2024-05-05{HTML}">{HTML}</time>'),
    "canonical": page("canonical", "<link rel=canonical href='/s/canonical&#xDFFF;&#27;'>"),
    "read-time": page("read-time", body=f'<i class="reading-time">{"9" * 40} min read {HTML}</i>'),
    "code": page("code", body=f"<pre>{HTML}\r\n{HTML}</pre><table><tr><td>{HTML}</table>"),
    "wide": page("wide", title="Weir \ud800 repaired"),
}  # fmt: skip
TOLD = ("rss-weir", "json-weir", "map-weir", "posted-weir", "redirected-weir", "header-weir")
"""Stories that only one source tells of."""


class Paper(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind, body = self.answer(f"http://{self.headers['Host']}")
        data = body.encode("utf-8", "surrogatepass")
        self.send_response(302 if self.path == "/redirect" else 200 if kind else 404)
        if self.path == "/redirect":
            self.send_header("Location", "/s/redirected-weir?\x1b\x9b")
        self.send_header("Content-Type", f"{kind or 'text/plain'}; x=\x1b\x9b")
        self.send_header("ETag", '"\x1b\x9b"')
        self.send_header("Last-Modified", "Mon\x1b\x9b")
        self.send_header("X-Robots-Tag", "noarchive \x1b]0;x\x07\x9b")
        self.send_header("Link", "</s/header-weir>; rel=next")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self, base: str) -> tuple[str, str]:
        """Content type and body; no type where there is nothing."""
        path = self.path.partition("?")[0]
        if path == "/":
            links = "".join(f"<h2><a href='/s/{name}'>Weir of {name}</a></h2>" for name in STORIES)
            return "text/html", (
                "<html lang=en><link rel=alternate type='application/feed+json' href='/feed.json'>"
                "<link rel=alternate type='application/rss+xml' href='/rss.xml'>"
                "<link rel='https://api.w.org/' href='/wp-json/'>"
                f"<h1>Paper {HTML}</h1>{links}<a href='/redirect'>{HTML}</a></html>"
            )
        if path == "/robots.txt":
            return "text/plain", f"User-agent: *\nDisallow: /no\x1b\nSitemap: {base}/map.xml\n"
        if path == "/map.xml":
            return "application/xml", (
                f"<urlset><url><loc>{base}/s/map-weir</loc><lastmod>2024&#xDFFF;\x9b</lastmod>"
                "<n:news xmlns:n='urn:n'><n:title>A&#xDFFF;&#57343;&#155;\x1b\x9b</n:title>"
                "</n:news></url></urlset>"
            )
        if path == "/rss.xml":
            return "application/rss+xml", (
                f"<rss><channel><item><link>{base}/s/rss-weir</link><title>&#xDFFF;\x1b\x9bA</title>"
                "<pubDate>\x1b&#xdc00;2024</pubDate></item></channel></rss>"
            )
        if path == "/feed.json":
            item = f'"title": "{JSON}", "date_published": "2024-05-05{JSON}"'
            version = '"version": "https://jsonfeed.org/version/1.1"'
            return "application/feed+json", (
                f'{{{version}, "items": [{{"url": "/s/json-weir", {item}}}]}}'
            )
        if path == "/wp-json/wp/v2/posts":
            return "application/json", (
                f'[{{"link": "{base}/s/posted-weir", "title": {{"rendered": "{JSON}"}}, '
                f'"date_gmt": "2024-05-05{JSON}"}}]'
            )
        name = path.removeprefix("/s/")
        if name in STORIES or name in TOLD:
            return "text/html; charset=utf-8", STORIES.get(name) or page(name)
        return "", "nothing here"


@pytest.fixture(scope="module")
def paper() -> Iterator[str]:
    with serving(Paper) as url:
        yield url


@pytest.fixture(scope="module")
def folder(paper: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unfit") / "a"
    done = crawl("news", folder, site=paper)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert is_clean(done.stdout)
    return folder


def unclean(folder: Path) -> list[tuple[str, str]]:
    """Table and value of each string in an archive that should not be there."""
    tables = query(
        folder, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
    )
    return [
        (table["name"], value)
        for table in tables
        for row in query(folder, f"SELECT * FROM {table['name']}")
        for value in row.values()
        if isinstance(value, str) and not is_clean(value)
    ]


def stories(folder: Path) -> set[str]:
    rows = query(folder, "SELECT url FROM urls WHERE article_id IS NOT NULL")
    return {row["url"].partition("/s/")[2].partition("?")[0] for row in rows}


def test_every_story_is_archived_whatever_its_page_or_source_says(folder: Path) -> None:
    assert stories(folder) >= {*STORIES, *TOLD}
    assert query(folder, "SELECT url, reason FROM urls WHERE state = 'failed'") == []


def test_no_control_character_is_in_the_database(folder: Path) -> None:
    assert unclean(folder) == []
    sections = {row["section"] for row in query(folder, "SELECT section FROM revisions")}
    assert "A\ufffd]52;c;aGk=›31m and more of it" in sections


def test_it_is_sound_and_can_be_made_again_from_its_files(folder: Path) -> None:
    assert run_scrapy("verify", str(folder)).returncode == 0
    done = run_scrapy("rebuild", str(folder), "--replace")
    assert done.returncode == 0, done.stderr
    assert stories(folder) >= {*STORIES, *TOLD}
    assert unclean(folder) == []


def test_the_same_files_are_imported(folder: Path, tmp_path: Path) -> None:
    files = [str(path) for path in (folder / "warc").iterdir()]
    done = run_scrapy("import", *PLAINLY, *files, "-a", f"archive={tmp_path / 'b'}")
    assert done.returncode == 0, done.stderr
    assert stories(tmp_path / "b") >= {*STORIES, *TOLD}
    assert unclean(tmp_path / "b") == []


def test_extract_answers_each_line_with_a_line(tmp_path: Path) -> None:
    asked = [
        json.dumps({"id": name, "url": "http://news.example/\udfff", "html_b64": encoded(html)})
        for name, html in STORIES.items()
    ]
    good = encoded(page("good"))
    odd = [
        f'{{"id": "\\udfff", "html_b64": "{good}"}}', f'{{"id": NaN, "html_b64": "{good}"}}',
        f'{{"id": 1e999, "html_b64": "{good}"}}', f'{{"id": {"9" * 5000}, "html_b64": "{good}"}}',
        '{"id": 1, "html_b64": 5}', '{"id": 1, "html_b64": "é"}', '{"id": 1}', "[" * 5000, "{}",
        f'{{"id": 1, "html_b64": "{good}", "captured_at": "yesterday"}}',
    ]  # fmt: skip
    done = run_scrapy("extract", stdin="\n".join([*asked, *odd]) + "\n")
    assert done.returncode == 0
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(asked) + len(odd)
    assert {answer["id"] for answer in answers} >= set(STORIES)
    assert all(is_clean(json.dumps(answer, ensure_ascii=False)) for answer in answers)
    assert not [answer for answer in answers[: len(asked)] if "error" in answer]
    assert "Error" not in done.stdout


def encoded(html: str) -> str:
    return base64.b64encode(html.encode("utf-8", "surrogatepass")).decode()


def test_extract_names_files_that_are_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "page\udcff.html"
    path.write_text(page("good"))
    done = run_scrapy("extract", str(path), str(tmp_path / "none\udcff"))
    names = [json.loads(line)["id"].rpartition("/")[2] for line in done.stdout.splitlines()]
    assert names == ["page\ufffd.html", "none\ufffd"]


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of memory")
def test_a_run_without_memory_ends_and_the_same_command_goes_on(paper: str, tmp_path: Path) -> None:
    limit = 1_150_000_000
    command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={paper}", "-a",
               f"archive={tmp_path / 'a'}", "-a", "allow_private=1", *FULL_SPEED]  # fmt: skip
    short = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=500,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert short.returncode in (0, 1, 3), short.stderr
    done = crawl("news", tmp_path / "a", site=paper)
    assert done.returncode == 0, done.stderr
    assert stories(tmp_path / "a") >= {*STORIES, *TOLD}
    assert run_scrapy("verify", str(tmp_path / "a")).returncode == 0
