"""`scrapy diff` tells a story's history: paragraphs first, words within, and what it means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.loopback import HTML, Answers, site

from .conftest import crawl, run_scrapy

FERRY = (
    "The ferry between Vellmar and Tarnholt stopped running last winter, for the first time since"
    " the bridge was closed."
)
COST = (
    "Its owner blamed the cost of fuel, and said that 12 people would lose their work before the"
    " spring if nobody helped."
)
TALKS = (
    "The county has offered to talk about a contract for the crossing, but nobody has named a sum"
    " in public, nor a day."
)
SCHOOL = (
    "Children who live on the eastern bank now take the bus through the valley, which needs an"
    " hour and leaves at dawn."
)
SPONSOR = (
    "A brewery has since promised to pay for two more boats and their crews, as its director told"
    " this newspaper by telephone."
)


def story(title: str, *paragraphs: str, published: str = "2026-11-20T09:00:00+01:00") -> bytes:
    text = "".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        f"<html lang=en><head><title>{title}</title>"
        f'<meta property="article:published_time" content="{published}"></head>'
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    ).encode()


VERSIONS = (
    story("Ferry stops", FERRY, COST, TALKS, SCHOOL),
    story("Ferry stops", FERRY, COST.replace("12", "14"), TALKS, SCHOOL,
          published="2026-11-21T08:00:00+01:00"),
    story("Ferry stops for good\u202e", SCHOOL, FERRY, COST.replace("12", "14"), SPONSOR,
          published="2026-11-21T08:00:00+01:00"),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    url: str
    folder: Path

    def diff(self, *options: str) -> str:
        done = run_scrapy("diff", self.url, "-a", f"archive={self.folder}", *options)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("diff") / "a"
    answers: Answers = {}
    with site(answers) as home:
        url = f"{home}/2026/11/20/ferry-stops"
        for body in VERSIONS:
            answers[urlsplit(url).path] = (200, HTML, body)
            done = crawl("article", folder, url=url)
            assert done.returncode == 0, done.stderr
    return Told(url, folder)


def test_the_last_change_is_told(told: Told) -> None:
    shown = told.diff()
    assert re.match(
        rf"{re.escape(told.url)}: revision 2 \(\S+ \S+\) to 3 \(\S+ \S+\), UTC\n", shown
    )
    assert "\ntitle\nFerry stops{+ for good" in shown
    assert "(moved from paragraph 4 to 1)\nChildren who live" in shown
    assert "… 2 paragraphs unchanged …" in shown
    assert f"(paragraph 3 removed)\n[-{TALKS}-]\n(paragraph 4 added)\n{{+{SPONSOR}+}}\n" in shown
    assert "published" not in shown
    last = shown.rstrip().splitlines()[-1]
    assert re.match(r"substantial: \d+ words out, \d+ in \(\d+ % of the text\); numbers 0;", last)


def test_a_date_is_told_as_a_date_and_a_number_as_a_number(told: Told) -> None:
    shown = told.diff("--from", "1", "--to", "2")
    assert "published: 2026-11-20 09:00:00 +01:00 → 2026-11-21 08:00:00 +01:00\n" in shown
    assert "[-12-]{+14+} people" in shown
    assert "\ntitle" not in shown
    assert shown.rstrip().endswith("numbers: 12 → 14; quotes 0; names 0")


def test_all_changes_are_told_oldest_first(told: Told) -> None:
    shown = told.diff("--all")
    first, second = shown.index("revision 1 ("), shown.index("revision 2 (")
    assert first < shown.index("12 → 14") < second < shown.index("moved from paragraph 4 to 1")
    assert told.diff("--all", "--from", "2") == told.diff()


def test_what_did_not_change_is_shown_where_it_is_asked_for(told: Told) -> None:
    shown = told.diff("--whole")
    assert f"\n{FERRY}\n" in shown
    assert f"\n{SCHOOL}\n" in shown
    assert "unchanged …" not in shown


def test_programs_get_json(told: Told) -> None:
    document = json.loads(told.diff("--all", "--json"))
    assert document["url"] == told.url
    first, second = document["changes"]
    assert (first["from"]["number"], first["to"]["number"]) == (1, 2)
    assert first["published"] == {
        "before": "2026-11-20T09:00:00+01:00", "after": "2026-11-21T08:00:00+01:00"
    }  # fmt: skip
    assert first["fields"] == {}
    assert [each["kind"] for each in first["body"]] == ["same", "changed", "same", "same"]
    assert ["removed", "12"] in first["body"][1]["runs"]
    assert first["significance"]["numbers"] == {"out": ["12"], "new": ["14"]}
    assert (first["significance"]["level"], first["significance"]["words_added"]) == (
        "substantial", 1,
    )  # fmt: skip
    assert second["fields"]["title"]["before"] == "Ferry stops"
    moved = second["body"][0]
    assert (moved["kind"], moved["before"], moved["after"]) == ("moved", [4], [1])
    for change in document["changes"]:
        for passage in change["body"]:
            assert {kind for kind, _ in passage["runs"]} <= {"same", "removed", "added"}


@pytest.mark.parametrize("options", [(), ("--all",), ("--json",), ("--whole",)])
def test_nothing_steers_a_terminal_and_nothing_is_coloured_in_a_pipe(
    told: Told, options: tuple[str, ...]
) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", told.diff(*options))


def test_what_cannot_be_told_is_said(told: Told) -> None:
    for options, code, message in (
        (("--all", "--from", "3"), 2, "--all needs --from older than --to"),
        (("--all", "--to", "9"), 7, "there is no revision 9; there are 1 to 3"),
    ):
        done = run_scrapy("diff", told.url, "-a", f"archive={told.folder}", *options)
        assert done.returncode == code
        assert message in done.stderr
