"""What `hemeroteca.toml` says, and how its mistakes are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import SOURCES, Papers, from_list, read, written
from crawler.monitors import OF_PAPERS, Alarms

GOOD = """\
contact = "you@library.example"
archive = "archives/{paper}"
jobs = 4

[defaults]
since = 2024
delay = 5
revisit_after = ["6 hours", "1 hour"]

[papers.daily]
address = "daily.example"
sources = [
    "sitemap",  # the quickest
    "feed",
]
until = 2024-05-31

[papers.weekly]
address = ["https://weekly.example/a/", "http://localhost:8001/"]
scope = "host"
delay = 2
render = "never"
"""


def test_it_is_read() -> None:
    config, mistakes = read(GOOD)
    assert mistakes == []
    assert (config.contact, config.jobs, config.is_shared) == ("you@library.example", 4, False)
    daily, weekly = config.papers
    assert (daily.name, daily.addresses) == ("daily", ("https://daily.example/",))
    assert (daily.since, daily.until, daily.sources) == ("2024", "2024-05-31", ("sitemap", "feed"))
    assert (daily.delay, daily.revisit_after) == (5.0, (3_600, 21_600))
    assert (weekly.scope, weekly.delay, weekly.sources) == ("host", 2.0, SOURCES)
    assert (daily.render, weekly.render) == (None, "never")
    assert config.archive_of(weekly) == "archives/weekly"


def test_a_paper_has_alarms_of_its_own() -> None:
    config, mistakes = read(
        "[defaults]\nalarms = { more = false }\n[papers.a]\naddress = 'a.example'\n"
        "[papers.b]\naddress = 'b.example'\nalarms = false\n[papers.c]\naddress = 'c.example'\n"
        "[papers.c.alarms]\nsilent = 14\nfield_dropped = 0.3\nmore = true\n"
    )
    assert mistakes == []
    a, b, c = (each.alarms for each in config.papers)
    assert (a, b) == (Alarms(off=("more",)), Alarms(off=OF_PAPERS))
    assert c == Alarms(silent_days=14, field_share=0.3)
    # what a run is given has it, too
    given_to_a_run = [each.plain() for each in config.papers]
    paper = Papers.of_setting(given_to_a_run).of("https://c.example/")
    assert paper is not None
    assert paper.alarms == c


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("x = [1", 1, "not TOML"),
        ("a = 1\nb = ", 2, "not TOML"),
        ("a = " + "[" * 9_000, 1, "not TOML: a number is too long, or tables are too deep"),
        ("jobs = " + "9" * 9_000, 1, "not TOML: a number is too long"),
        ("", 1, "there are no papers; write [papers.daily]"),
        ("contcat = 'a@b.example'", 1, "there is no contcat; did you mean contact?"),
        ("contact = 'me'", 1, "contact = \"me\": must be a mail address or URL"),
        ("archive = 3", 1, "archive = 3: name a folder"),
        ("archive = 'a/{host}'", 1, "{host} stands for nothing; only {paper} does"),
        ("archive = 'a/{paper'", 1, "{paper stands for nothing"),
        ('archive = "a\\u0000b"', 1, 'archive = "a\\u0000b": name a folder'),
        ('contact = """\nme\nhere"""', 1, 'contact = "me\\nhere": must be a mail'),
        ("[papers]\n'a\u202eb'.address = 'a.example'", 2, 'papers."a\\u202eb": a name is of'),
        (f"[papers.{'a' * 300}]\naddress = 'a.example'", 1, "and not long"),
        (
            "archive = '{paper}'\n[papers.A]\naddress='a.example'\n[papers.a]\naddress='b.example'",
            4, "papers.a: its archive is that of papers.A where case does not count",
        ),
        ("\n\njobs = 0", 3, "jobs = 0: must be a whole number from 1 to 64"),
        ("jobs = true", 1, "jobs = true: must be a whole number"),
        ("papers = 3", 1, "papers is no table; write [papers]"),
        ("[papers]\ndaily = 'daily.example'", 2, "papers.daily is no table"),
        ("[papers.daily]", 1, "papers.daily has no address; write address ="),
        ("[papers.a]\nadress = 'a.example'", 2, "there is no adress; did you mean address?"),
        ("[papers.a]\naddress = 'a'", 2, 'papers.a.address = "a": must be a web address'),
        ("[papers.daily]\naddress = []", 2, "must be a web address, or several"),
        ("[papers.'a/b']\naddress = 'a.example'", 1, "a name is of letters"),
        ("[papers.'..']\naddress = 'a.example'", 1, "a name is of letters"),
        (
            "[papers.a]\naddress='a.example'\n[papers.b]\naddress='www.a.example'", 4,
            "papers.b: a.example is papers.a already",
        ),
        ("[papers.a]\naddress='a.example'\nsources=['sitemaps']", 3, "did you mean sitemap?"),
        ("[papers.a]\naddress='a.example'\nsources='feed'", 3, "must be a list of sitemap"),
        ("[papers.a]\naddress='a.example'\nscope='hosts'", 3, "did you mean host?"),
        ("[papers.a]\naddress='a.example'\nrender='alway'", 3, "did you mean always?"),
        ("[papers.a]\naddress='a.example'\nsince='May 2024'", 3, "must be a year, month or day"),
        ("[papers.a]\naddress='a.example'\nsince=2025\nuntil=2024", 3, "2024; swap them"),
        ("[papers.a]\naddress='a.example'\ndelay=1", 3, "from 2 to 3600"),
        ("[papers.a]\naddress='a.example'\ndelay=nan", 3, "from 2 to 3600"),
        (
            "[papers.a]\naddress='a.example'\nrevisit_after=[\n'1 hour',\n'2 moons']", 3,
            "must be a list of times after publication",
        ),
        ("[papers.a]\naddress='a.example'\ncookies=3", 3, "name a file"),
        ("[defaults]\ncookies='c.txt'", 2, "defaults: there is no cookies"),
        ("[papers.a]\naddress='a.example'\nalarms=3", 3, "must be true, false, or a table: {"),
        (
            "[papers.a]\naddress='a.example'\n[papers.a.alarms]\nfewer=false\nsilnt=14", 5,
            "papers.a.alarms: there is no silnt; did you mean silent?",
        ),
        (
            "[papers.a]\naddress='a.example'\n[papers.a.alarms]\nsilent='2 weeks'", 4,
            'papers.a.alarms.silent = "2 weeks": must be true, false, or a whole number of days',
        ),
        ("[defaults.alarms]\nfield_dropped=30", 2, "the share that is enough, between 0 and 1"),
        ("[defaults]\nalarms={more='no'}", 2, 'defaults.alarms.more = "no": must be true or false'),
        ("[defaults.alarms]\ndisk_low=false", 2, "there is no disk_low; there are silent"),
        ("metrics = ''", 1, "name a file"),
        ("[defaults]\naddress='a.example'", 2, "defaults: there is no address"),
        ("[default]\ndelay=3", 1, "there is no default; did you mean defaults?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_is_right(text: str, line: int, what: str) -> None:
    _, mistakes = read(text)
    assert [each for each in mistakes if each.line == line and what in each.what], mistakes
    assert all("\n" not in each.what for each in mistakes)


def test_a_mistake_is_one_line() -> None:
    names = ("a\\nb", "a\\u2028b")
    _, mistakes = read("\n".join(f'[papers."{name}"]\n"{name}" = "{name}"' for name in names))
    assert mistakes
    assert all(each.what.isprintable() for each in mistakes)


def test_the_line_of_what_stands_after_a_long_list() -> None:
    pages = "".join(f'"https://a.example/{n}",\n' for n in range(5_000))
    [mistake] = read(f"[papers.a]\naddress = [\n{pages}]\ndelay = 1")[1]
    assert (mistake.line, "delay" in mistake.what) == (5_004, True)


def test_all_mistakes_are_told_in_the_order_of_their_lines() -> None:
    _, mistakes = read("jobs = 0\ncontcat = 1\n[papers.a]\nadress = 'a.example'\n")
    assert [each.line for each in mistakes] == [1, 2, 3, 4]


def test_a_paper_is_found_by_its_host_and_those_below() -> None:
    papers = Papers(read(GOOD.replace("localhost:8001", "x.example"))[0].papers)
    assert [
        found.name if (found := papers.of(url)) else None
        for url in (
            "https://www.daily.example/a", "https://sport.daily.example/b",
            "https://daily.example.other.example/", "http://x.example/",
        )
    ] == ["daily", "daily", None, "weekly"]  # fmt: skip
    plain = [paper.plain() for paper in read(GOOD)[0].papers]
    assert Papers.of_setting(plain).of("https://daily.example/") == read(GOOD)[0].papers[0]


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    config, mistakes = read(text)
    assert mistakes or config.papers


def test_what_init_writes_is_read_without_a_mistake() -> None:
    entries, wrong = from_list("name,url\nLe Même,https://a.example/\n,b.example\n", is_opml=False)
    text = written(entries, sources=SOURCES, program="scrapy", contact='y"ou@library.example')
    config, mistakes = read(text)
    assert (wrong, mistakes) == ([], [])
    assert [(one.name, one.addresses[0]) for one in config.papers] == [
        ("le-meme", "https://a.example/"), ("b-example", "https://b.example/"),
    ]  # fmt: skip
    # every line that is only commented out is right, too
    shown = "\n".join(
        line.removeprefix("# ")
        for line in written((), sources=SOURCES, program="scrapy").splitlines()
        if re.match(r"(# )?(\w+ = |\[)", line)
    )
    assert read(shown.replace('until = "2024"', 'until = "2025"'))[1] == []


@pytest.mark.parametrize(
    ("text", "is_opml", "names"),
    [
        ("https://a.example/\nhttps://b.example/\n", False, ["a.example", "b.example"]),
        ("a.example;Die Zeitung\n", False, ["Die Zeitung"]),
        ("Title\tHomepage\nOne\thttps://a.example/\nTwo\thttps://www.a.example/x", False, ["One"]),
        (
            '<opml><body><outline text="News"><outline text="One" htmlUrl="https://a.example/"/>'
            '<outline title="Two" xmlUrl="https://b.example/feed/rss.xml"/></outline></body></opml>',
            True, ["One", "Two"],
        ),
        (
            '<?xml version="1.0" encoding="ISO-8859-1"?><opml><body><outline text="Zürich"'
            ' xmlUrl="feed://a.example/rss"/></body></opml>', True, ["Zürich"],
        ),
        ("# mine; and yours\nname,url\rOne,a.example\rTwo,b.example\r", False, ["One", "Two"]),
    ],
)  # fmt: skip
def test_lists_of_papers(text: str, is_opml: bool, names: list[str]) -> None:
    entries, wrong = from_list(text, is_opml=is_opml)
    assert ([each.name for each in entries], wrong) == (names, [])
    assert all(each.address.count("/") >= 3 for each in entries)


def test_what_is_wrong_in_a_list_is_told_and_the_rest_taken() -> None:
    entries, wrong = from_list("url\nnowhere\na.example\n", is_opml=False)
    assert [each.address for each in entries] == ["https://a.example/"]
    assert wrong == ["line 2: 'nowhere' is not a web address"]
    feeds = "".join(f'<outline xmlUrl="{url}"/>' for url in ("https://[x/", "b.example/rss"))
    entries, wrong = from_list(f"<opml><body>{feeds}</body></opml>", is_opml=True)
    assert [each.address for each in entries] == ["https://b.example/"]
    assert wrong == ["line 1: 'https://[x/' is not a web address"]
    for text, is_opml in (
        ("", False), ("name,size\nx,3", False), ("<opml", True), (f"url\n{'a' * 200_000}", False)
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"it is|no column|line 2: field larger"):
            from_list(text, is_opml=is_opml)


def test_a_list_cannot_read_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("leak.example")
    bomb = (
        f'<!DOCTYPE o [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
        '<opml><body><outline text="&s;" htmlUrl="https://a.example/"/></body></opml>'
    )
    try:
        entries, _ = from_list(bomb, is_opml=True)
    except ValueError:
        return
    assert "leak" not in str(entries)
