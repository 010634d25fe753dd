"""The pages of the demo newspaper, as rendered: no server needed."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import urljoin, urlsplit

import pytest
from parsel import Selector

from crawler.demo.pages import BROKEN, render
from crawler.demo.paper import EDITIONS, open_paper
from crawler.demo.story import DATA, read
from crawler.demo.truth import expected
from crawler.errors import UsageError

ORIGIN = "http://127.0.0.1:8123"


def pages(edition="morning"):
    return render(edition, ORIGIN)


def encoding_of(path):
    return "windows-1252" if path.startswith("/sport/") and path.endswith(".html") else "utf-8"


def tree(path, edition="morning"):
    return Selector(pages(edition)[path].body.decode(encoding_of(path)))


def hrefs(path):
    """Paths of the paper's own that a page links to, queries left out."""
    found = tree(path).xpath("//a/@href | //link[not(@rel='stylesheet')]/@href").getall()
    absolute = [urlsplit(urljoin(ORIGIN + path, href)) for href in found]
    return {url.path for url in absolute if url.netloc == urlsplit(ORIGIN).netloc}


def reachable(start, skip=()):
    """Every path of an HTML page that links lead to from the start."""
    seen, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path in seen or path in skip:
            continue
        seen.add(path)
        answer = pages()[path]
        if answer.location:
            waiting.append(urlsplit(answer.location).path)
        elif answer.status == 200 and answer.content_type.startswith("text/html"):
            waiting += hrefs(path)
    return seen


def sitemap_paths():
    files = pages()
    index = re.findall(r"<loc>(.+?)</loc>", files["/sitemap_index.xml"].body.decode())
    children = []
    for child in index:
        body = files[urlsplit(child).path].body
        children.append((gzip.decompress(body) if child.endswith(".gz") else body).decode())
    return [urlsplit(url).path for x in children for url in re.findall(r"<loc>(.+?)</loc>", x)]


def test_the_paper_has_the_stories_that_it_promises():
    stories = open_paper("morning").stories
    assert len(stories) == 40
    assert sum(s.language == "de" for s in stories) == 12
    assert len({s.section for s in stories}) == 6
    assert len({s.slug for s in stories}) == 40
    assert sum(not s.listed for s in stories) == 3


def test_every_story_file_is_of_a_credible_length():
    for path in (DATA / "stories").glob("*.md"):
        story = read(path.read_text("utf-8"))
        words = sum(len(piece.text().split()) for piece in story.body)
        assert (100 if story.gone else 120) <= words <= 450, path.name


@pytest.mark.parametrize("edition", EDITIONS)
def test_rendering_an_edition_twice_gives_the_same_bytes(edition):
    fresh = render.__wrapped__(edition, ORIGIN)
    assert fresh is not pages(edition)
    assert {path: a.body for path, a in fresh.items()} == {
        path: a.body for path, a in pages(edition).items()
    }


def test_every_link_of_the_paper_to_itself_has_an_answer():
    for path, answer in pages().items():
        if answer.status == 200 and answer.content_type.startswith("text/html"):
            missing = {href for href in hrefs(path) if href not in pages()}
            assert not missing, path


def test_every_picture_of_the_paper_exists():
    for path, answer in pages().items():
        if answer.content_type.startswith("text/html"):
            for source in tree(path).xpath("//img/@src").getall():
                picture = pages()[urlsplit(source).path]
                assert picture.body.startswith(b"\x89PNG"), source


def test_absolute_addresses_are_on_the_host_that_was_asked():
    allowed = {"circle.example", "postcard.example", urlsplit(ORIGIN).netloc, ""}
    for path, answer in pages().items():
        if answer.content_type.startswith("text/html"):
            hosts = {urlsplit(h).netloc for h in tree(path).xpath("//@href | //@src").getall()}
            assert hosts <= allowed, path


def test_links_alone_lead_to_every_story():
    assert {story.path for story in expected("morning")} <= reachable("/")


def test_unlisted_stories_are_reached_only_from_their_neighbours():
    hidden = {story.path for story in expected("morning") if not story.listed}
    assert len(hidden) == 3
    assert not hidden & set(sitemap_paths())
    assert not any(path in pages()["/feed/"].body.decode() for path in hidden)
    for path, answer in pages().items():
        if answer.status != 200 or not answer.content_type.startswith("text/html"):
            continue
        shown = hidden & hrefs(path) - {path}
        promised = {
            link.path
            for story in expected("morning")
            if story.path == path
            for link in story.links
            if link.relation in ("previous", "next")
        }
        assert shown <= promised, path


def test_sitemaps_name_every_listed_story_the_gone_the_moved_and_the_broken_page():
    paper = open_paper("morning")
    named = set(sitemap_paths())
    assert {paper.address(story) for story in paper.listed()} <= named
    assert {BROKEN, "/about/", "/contact/", "/environment/otters-seen-again/"} <= named
    statuses = {pages()[path].status for path in named}
    assert statuses == {200, 301, 410, 500}


def test_the_feed_is_announced_and_holds_the_newest():
    feed = Selector(pages()["/feed/"].body.decode(), type="xml")
    links = feed.xpath("//item/link/text()").getall()
    newest = [story.path for story in expected("morning") if story.listed][:5]
    assert [urlsplit(link).path for link in links[:5]] == newest
    announced = tree("/").xpath("//link[@rel='alternate']/@href").get()
    assert announced == f"{ORIGIN}/feed/"


def test_lists_have_pages_and_months():
    assert "/news/page/2/" in pages()
    assert "/news/page/2/" in hrefs("/news/")
    assert "/archive/2025/03/" in hrefs("/archive/")
    assert "/news/council-agrees-on-market-square-plan/" in hrefs("/archive/2025/03/")


def test_robots_forbids_a_page_that_the_paper_links_to():
    assert b"Disallow: /private/" in pages()["/robots.txt"].body
    assert "/private/subscribers/" in hrefs("/")


def test_the_two_wrongly_labelled_pages_are_wrong_in_the_way_that_they_should_be():
    narrow = pages()["/sport/schachklub-steigt-auf.html"]
    assert narrow.content_type == "text/html; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        narrow.body.decode("utf-8")
    assert "Mannschaftsführerin Änne Süßmilch. „Jetzt" in narrow.body.decode("windows-1252")
    wide = pages()["/culture/valley-dialect-dictionary-printed.html"]
    assert wide.content_type == "text/html"
    assert b"charset=iso-8859-1" in wide.body
    assert "Rosalind Thürmer" in wide.body.decode("utf-8")


def test_fox_swaps_minutes_and_seconds_in_its_tooltip():
    date = tree("/news/council-agrees-on-market-square-plan/").css(".meta56__date")
    assert date.attrib["title"] == "14 Mar, 2025 09:07:41"  # published at 09:41:07
    assert date.xpath("string()").get() == "March 14, 2025"


def test_gazette_tells_its_story_in_json_ld():
    path = "/business/2026/10/13/freight-siding-decision-expected"
    for edition, title in (
        ("morning", "Decision on the freight siding expected this week"),
        ("evening", "Freight siding at Tarnholt will be reopened"),
    ):
        page = tree(path, edition)
        graph = json.loads(page.css("script[type='application/ld+json']::text").get())["@graph"]
        article = next(node for node in graph if node["@type"] == "NewsArticle")
        assert article["headline"] == title == page.xpath("string(//h1)").get()
        assert ("dateModified" in article) == (edition == "evening")
        assert ("Updated" in page.css(".story__dates").get()) == (edition == "evening")


def test_editions_differ_in_one_story_only():
    by_path = {story.path: story for story in expected("evening")}
    changed = [s.path for s in expected("morning") if by_path[s.path].blocks != s.blocks]
    assert changed == ["/business/2026/10/13/freight-siding-decision-expected"]
    assert len(by_path) == len(expected("morning"))


def test_an_unknown_edition_is_a_usage_error():
    with pytest.raises(UsageError, match="morning or evening"):
        expected("noon")
