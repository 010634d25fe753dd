"""Profiles as files: written by hand, exported, read with, and what is said of faults in them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from crawler import SiteProfile, UsageError, extract, learn_profile, load_profile
from crawler.learn import overridden, read_profile, written
from crawler.urls import site_host
from tests.learn.newspaper import Story
from tests.system.conftest import ROOT, run_scrapy

pytestmark = pytest.mark.usefixtures("loaded_commands")

COFFEE = "Our reporters drink a lot of coffee, and every cup of it is paid for by people like you."
BOX = f"<div class='mug'><p>{COFFEE}</p></div>"
PAGE = """<html lang="en"><head><title>x</title></head><body><h1>The Lund Gazette</h1>
<div class="t2">Weir repaired in a night</div><div class="who">Ada Lund</div>
<div class="when">05/03/2024</div><div class="lede">Nobody slept at the mill.</div>
<div class="topic">Rivers</div><div class="txt">TEXT</div>
<div class="pic"><img src="/weir.jpg" alt="The weir" width="600" height="400"></div>
<ul class="k"><li>weirs</li><li>mills</li></ul></body></html>"""
TEXT = "".join(
    f"<p>The weir at the old mill was mended on day {n} by hands that were cold and {n} lamps.</p>"
    for n in range(8)
)
HAND = """
host = "gazette.example"
[fields]
title = ".t2"
authors = ".who"
published = "//div[@class='when']"
standfirst = ".lede"
section = ".topic"
tags = "ul.k > li"
image = ".pic img"
body = ".txt"
[[furniture]]
text = "the weir at the old mill was mended on day # by hands that were cold and # lamps"
"""
URL = "https://www.gazette.example/a/weir-repaired-in-a-night-7"


def test_places_that_were_written_by_hand_come_first(tmp_path: Path) -> None:
    file = tmp_path / "gazette.example.toml"
    file.write_text(HAND.partition("[[furniture]]")[0])
    article = extract(PAGE.replace("TEXT", TEXT), URL, profile=load_profile(file))
    assert article.title == "Weir repaired in a night"
    assert article.authors == ("Ada Lund",)
    assert article.published is not None
    assert article.published.value[:4] == "2024"
    assert article.standfirst == "Nobody slept at the mill."
    assert article.section == "Rivers"
    assert article.tags == ("weirs", "mills")
    assert article.image is not None
    assert article.image.url == "https://www.gazette.example/weir.jpg"
    assert article.body.startswith("The weir at the old mill was mended on day 0")
    assert article.word_count > 100
    assert article.sources["title"].source == "profile:title"


def test_what_would_empty_a_body_is_not_applied() -> None:
    profile = read_profile(HAND, "hand")
    assert len(extract(PAGE.replace("TEXT", TEXT), URL, profile=profile).body) > 300


def test_a_learned_profile_is_the_same_after_it_was_written() -> None:
    profile = learn_profile((Story(n, inside=BOX).html, Story(n).url) for n in range(12))
    assert not profile.is_empty
    assert read_profile(written(profile), "learned") == profile


def test_text_that_toml_must_escape() -> None:
    profile = read_profile('[[furniture]]\ntext = "a \\"b\\" \\\\ \\u0007 ⟨author⟩"', "x")
    assert read_profile(written(profile), "again") == profile


def test_a_written_field_takes_the_place_of_the_learned_one_alone() -> None:
    learned = learn_profile((Story(n, inside=BOX).html, Story(n).url) for n in range(12))
    hand = read_profile('[fields]\nauthors = ".by"', "hand")
    both = overridden(learned, hand)
    assert [p.place for p in both.fields["authors"]] == [".by"]
    assert both.fields["title"] == learned.fields["title"]
    assert both.furniture == learned.furniture
    assert (both.host, both.stories) == (learned.host, 12)


def test_a_list_that_is_written_empty_takes_what_was_learned_away() -> None:
    learned = learn_profile((story.html, story.url) for story in (Story(n) for n in range(12)))
    assert learned.title_ends
    text = "title_ends = []\n[fields]\ntitle = []\n"
    both = overridden(learned, read_profile(text, "hand"))
    assert both.title_ends == ()
    assert list(both.fields) == [name for name in learned.fields if name != "title"]
    again = read_profile(written(read_profile(text, "hand")), "again")
    assert again == read_profile(text, "hand")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("host = ", "is not TOML"),
        ("hosts = 'x'", "'hosts' is none of"),
        ("host = 3", "host: 3 is no text"),
        ("[fields]\ntitel = 'h1'", "fields.titel is none of title"),
        ("[fields]\ntitle = 'h1['", "no CSS selector and no XPath"),
        ("[fields]\ntitle = '//h1['", "no CSS selector and no XPath"),
        ("[fields]\ntitle = 4", "has no place"),
        ("[[fields.title]]\nplaces = 'h1'", "has no place"),
        ("[[fields.title]]\nplace = 'h1'\nsize = 2", "'size' is none of"),
        ("[[fields.title]]\nplace = 'h1'\nstories = 'many'", "no whole number"),
        ("[[fields.title]]\nplace = 'h1'\nagreement = nan", "no number from 0 to 1"),
        (f"[[furniture]]\ntext = 'x'\nshare = 1{'0' * 400}", "no number from 0 to 1"),
        (f"host = 1{'0' * 5_000}", "is not TOML"),
        ("host = " + 9_000 * "[", "is not TOML"),
        ("[fields]\ntitle = '//a:b'", "there is no prefix a:"),
        ("[fields]\ntitle = '//p[$x]'", "there are no variables"),
        ("[fields]\ntitle = '//h1[re:test(., \"a\")]'", "no function re:test()"),
        ("[fields]\ntitle = '//main/h1[lower-case(.)]'", "no function lower-case()"),
        ("[fields]\ntitle = '//main/h1[@class = $name]'", "no variables"),
        ("[fields]\ntitle = '//main/svg:title'", "no prefix svg:"),
        ("[fields]\nimage = '//img/@src'", "gives no elements"),
        ("[fields]\ntitle = '//h1/text()[1]'", "gives no elements"),
        ("[fields]\ntitle = '(1 + 2)'", "gives no elements"),
        (f"[fields]\ntitle = '{'p > ' * 500}p'", "too long for a place"),
        ("[[title_ends]]\ntext = ' '", "title_ends.text is empty"),
        ("host = 'https://news.example/'\n[fields]\ntitle = 'h1'", "is no host name"),
        ("", "says nothing of a site"),
        ("host = 'news.example'", "says nothing of a site"),
        ("[fields]", "says nothing of a site"),
        ("none_of = ['blocks']", "'none_of' is none of"),
        ("fields = 'h1'", "fields is no table"),
        ("[[furniture]]\nplace = 'x'", "has no text"),
        ("[[blocks]]\nplace = 'div'\nrelation = 'likes'", "'likes' is none of"),
        ("pages = true", "no whole number"),
    ],
)
def test_a_faulty_profile_is_refused_with_what_is_wrong_and_where(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "sites.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        load_profile(file)
    assert said in str(raised.value)
    assert str(file) in str(raised.value)


@pytest.mark.parametrize("host", ["Gazette.Example", "WWW.gazette.example:443", "gazette.example."])
def test_a_host_may_be_written_as_people_write_it(tmp_path: Path, host: str) -> None:
    file = tmp_path / "hand.toml"
    file.write_text(f"\ufeffhost = '{host}'\n[fields]\ntitle = '.t2'\n", encoding="utf-8")
    profile = load_profile(file)
    assert profile.host == "gazette.example"
    assert extract(PAGE.replace("TEXT", TEXT), URL, profile=profile).title == (
        "Weir repaired in a night"
    )


@pytest.mark.parametrize(
    "place", ["//div[@class='t2']", "//*[.=//@x]/@y/..", "//div[@class][text()]", "p:has(a)"]
)
def test_an_xpath_may_look_at_attributes_and_texts(place: str) -> None:
    profile = read_profile(f'[fields]\ntitle = "{place}"', "x")
    assert profile.fields["title"][0].place == place


@pytest.mark.parametrize("place", ["//h1[id(//p) = (1 | 2)]", "//h1[sum(2)]"])
def test_what_cannot_be_computed_on_a_page_finds_nothing_there(place: str) -> None:
    profile = read_profile(f'[fields]\ntitle = "{place}"', "hand")
    page = PAGE.replace("TEXT", TEXT)
    assert extract(page, URL, profile=profile).title == extract(page, URL).title


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_a_file_without_end_is_no_profile() -> None:
    with pytest.raises(UsageError, match="too long"):
        load_profile("/dev/zero")
    with pytest.raises(UsageError, match="says nothing"):
        load_profile("/dev/null")


@pytest.mark.parametrize("tag", ["o:p", 'x"y', "a$b", "a.b", "x@y", "my-tag"])
def test_what_odd_tags_teach_can_be_read_back(tag: str) -> None:
    stories = [Story(n, inside=BOX) for n in range(6)]
    pages = [
        (s.html.replace("<body>", f"<body><{tag}>").replace("<h1", f"<{tag}><h1"), s.url)
        for s in stories
    ]
    profile = learn_profile(pages)
    assert profile.fields["title"]
    assert read_profile(written(profile), "learned") == profile
    assert COFFEE not in extract(*pages[0], profile=profile).body


def test_a_head_of_a_hundred_thousand_dashes_is_not_cut_up() -> None:
    titles = f'<meta property="og:title" content="{"a|" * 50_000}">' * 3
    pages = [
        (s.html.replace("</head>", f"{titles}</head>"), s.url)
        for s in (Story(n, inside=BOX) for n in range(5))
    ]
    assert "<meta property" in pages[0][0]
    profile = learn_profile(pages)
    assert len(written(profile)) < 10_000


def test_pages_of_no_known_address_teach_each_other() -> None:
    stories = [Story(n, inside=BOX) for n in range(6)]
    profile = learn_profile((s.html, None) for s in stories)
    assert (profile.host, profile.stories) == ("", 6)
    assert COFFEE not in extract(stories[0].html, profile=profile).body
    own = learn_profile(
        (s.html.replace("</head>", f"<link rel='canonical' href='{s.url}'></head>"), "")
        for s in stories
    )
    assert (own.host, own.stories) == (site_host(stories[0].url), 6)


def test_what_is_no_page_teaches_nobody() -> None:
    with pytest.raises(TypeError, match="html is str or bytes, not NoneType"):
        learn_profile([(None, "https://a.example/")])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="url is str, not int"):
        learn_profile([("<p>", 5)])  # type: ignore[list-item]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_profile(tmp_path / "none.toml")
    with pytest.raises(TypeError, match="profile is a SiteProfile"):
        extract("<p>", profile="x")  # type: ignore[arg-type]


def test_a_hand_written_block_of_linked_stories() -> None:
    cards = "".join(
        f"<li><a href='/2024/05/02/another-story-of-the-town-{n}'>Another story of the town {n} is"
        " told</a></li>" for n in range(4)
    )  # fmt: skip
    story = Story(3, after="</div><div class='below'><ul>" + cards + "</ul>")
    plain = extract(story.html, story.url)
    assert plain.links
    profile = read_profile("[[blocks]]\nplace = 'div.below'\nrelation = 'popular'", "x")
    links = extract(story.html, story.url, profile=profile).links
    assert {link.relation for link in links} == {"popular"}
    none = read_profile("[[blocks]]\nplace = 'div.below'\nrelation = 'none'", "x")
    assert not extract(story.html, story.url, profile=none).links


# -- the commands -------------------------------------------------------------------------------


def lines(stories: list[Story]) -> str:
    return "".join(
        json.dumps({
            "id": s.number, "url": s.url, "html_b64": b64encode(s.html.encode()).decode()
        }) + "\n"
        for s in stories
    )  # fmt: skip


def test_extract_learns_from_its_whole_input() -> None:
    stories = [Story(n, inside=BOX) for n in range(5)]
    asked = lines(stories) + "broken\n"
    done = run_scrapy("extract", "--learn", stdin=asked)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 6
    assert "not JSON" in answers[5]["error"]
    assert all(COFFEE not in answer["body"] for answer in answers[:5])
    assert answers[0]["changed"][0]["field"] == "body"
    assert answers[0]["changed"][0]["before"] == COFFEE
    plain = run_scrapy("extract", stdin=asked)
    assert "changed" not in json.loads(plain.stdout.splitlines()[0])


@pytest.mark.parametrize("has_address", [True, False])
def test_extract_learns_from_files_that_tell_their_own_address_or_none(
    tmp_path: Path, has_address: bool
) -> None:
    paths = []
    for s in (Story(n, inside=BOX) for n in range(5)):
        told = f"<link rel='canonical' href='{s.url}'></head>" if has_address else "</head>"
        path = tmp_path / f"{s.number}.html"
        path.write_text(s.html.replace("</head>", told))
        paths.append(str(path))
    done = run_scrapy("extract", "--learn", *paths)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == paths
    assert all(COFFEE not in answer["body"] for answer in answers)
    assert all(bool(answer["url"]) == has_address for answer in answers)


def test_extract_and_try_with_a_profile(tmp_path: Path) -> None:
    page = tmp_path / "weir.html"
    page.write_text(PAGE.replace("TEXT", TEXT))
    file = tmp_path / "hand.toml"
    file.write_text(HAND)
    done = run_scrapy("extract", str(page), "--url", URL, "--profile", str(file))
    answer = json.loads(done.stdout)
    assert answer["title"] == "Weir repaired in a night"
    assert {c["field"] for c in answer["changed"]} >= {"title", "section", "tags"}
    tried = run_scrapy("try", str(page), "--url", URL, "--profile", str(file))
    assert "changed by the profile" in tried.stdout
    assert "The Lund Gazette" in tried.stdout  # what the title would have been
    other = run_scrapy("try", str(page), "--url", "https://a.example/b", "--profile", str(file))
    assert "the profile is of gazette.example" in other.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of CPU time there")
def test_a_place_that_is_looked_for_without_end_costs_its_page_alone(tmp_path: Path) -> None:
    page = tmp_path / "weir.html"
    page.write_text(PAGE.replace("TEXT", TEXT + 2_000 * "<i>x</i>"))
    file = tmp_path / "slow.toml"
    file.write_text('[fields]\ntitle = "//*[count(//*[count(//*[count(//*) > 1]) > 1]) > 1]"\n')
    brief = ("-s", "EXTRACT_CPU_SECONDS=0.2")
    read = run_scrapy("extract", str(page), "--url", URL, "--profile", str(file), *brief)
    assert json.loads(read.stdout)["error"].startswith("reading the page")
    tried = run_scrapy("try", str(page), "--url", URL, "--profile", str(file), *brief)
    assert tried.returncode == 1
    assert "scrapy try: reading the page" in tried.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell and a limit on file sizes")
def test_learning_from_an_input_that_is_closed_or_cannot_be_kept() -> None:
    def run(shell: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = f"{shlex.quote(sys.executable)} -m scrapy extract --learn"
        return subprocess.run(
            ["/bin/bash", "-c", shell.format(command)], input=stdin, cwd=ROOT,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    closed = run("{} <&-")
    assert (closed.returncode, closed.stdout, closed.stderr) == (0, "", "")
    full = run("ulimit -f 1; exec {}", lines([Story(n, inside=BOX) for n in range(20)]))
    assert (full.returncode, full.stdout) == (2, "")
    assert "a temporary file, which cannot be written" in full.stderr
    assert full.stderr.count("\n") == 1


def test_wrong_arguments_are_one_line(tmp_path: Path) -> None:
    missing = run_scrapy("extract", "--profile", str(tmp_path / "no.toml"), stdin="")
    assert missing.returncode == 2
    assert "cannot be read" in missing.stderr
    assert missing.stderr.count("\n") == 1
    nameless = run_scrapy("extract", "--profile", "", stdin="")
    assert (nameless.returncode, nameless.stderr.count("\n")) == (2, 1)
    both = run_scrapy("extract", "--learn", "--profile", "x", stdin="")
    assert both.returncode == 2


def test_an_empty_profile_changes_nothing() -> None:
    assert SiteProfile("a.example").is_empty
