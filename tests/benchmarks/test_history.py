"""The versions of the history benchmark are what they say, and its judge counts what is wrong."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import IncompleteRead
from pathlib import Path

import pytest

from benchmarks.history import edits, noise, walls
from benchmarks.history.__main__ import cases_of, visits
from benchmarks.history.judge import Known, Verdict, judge
from benchmarks.history.kinds import BODY, KINDS, NOTHING, Wanted
from benchmarks.history.pages import ORIGIN, RealPage, is_held_out, prepare, real_pages
from benchmarks.history.site import Case, Sites, serving
from benchmarks.history.table import Judged, compared, count, details, figures, markdown
from crawler.extract import extract

TEXT = [
    "The council of Vellmar has voted for the new bridge across the strait on Tuesday evening,"
    " after a debate that went on for five hours.",
    "The bridge will cost 84 million crowns, of which the county pays a half, and the rest is lent"
    " by a bank whose name was not told.",
    "Mayor Jorun Halvard said: “We have waited for this bridge for thirty long years, and now it"
    " comes at last.” Nobody in the hall objected.",
    "Shopkeepers on the island expect more visitors, but fewer overnight guests; the only inn"
    " closes two of its seven rooms in winter.",
    "The ferry goes on until spring. Its captain has steered it for 26 years and does not want to"
    " drive a bus in the future.",
    "A group of residents wants to keep the boat as a museum - they have collected signatures from"
    " nearly all of the island's people.",
]
TITLE = "Vellmar builds a bridge across the strait"


def newspaper(paragraphs: list[str], title: str = TITLE) -> bytes:
    text = "\n".join(f'<p class="t">{each}</p>' for each in paragraphs)
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} | Courier
</title><meta property="og:title" content="{title}"><meta property="og:type" content="article">
<link rel="canonical" href="https://www.courier.example/2026/10/bridge.html">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle",
"headline":"{title}","author":{{"@type":"Person","name":"Otto Lindqvist"}},
"datePublished":"2026-10-20T09:00:00+01:00","dateModified":"2026-10-20T10:00:00+01:00",
"url":"https:\\/\\/www.courier.example\\/2026\\/10\\/bridge.html"}}</script></head>
<body><nav><a href="https://courier.example/">Home</a></nav><main><article><h1>{title}</h1>
<p class="standfirst">After thirty years of waiting the island gets its own road.</p>
<p class="byline">By Otto Lindqvist</p>
<figure><img src="https://courier.example/strait.jpg" width="800" height="500"><figcaption>The
strait in autumn, seen from the northern pier.</figcaption></figure>
{text}</article></main><!-- <p class="t">{paragraphs[0]}</p> --></body></html>""".encode()


@pytest.fixture(scope="module")
def page() -> RealPage:
    found = prepare("https://www.courier.example/2026/10/bridge.html", newspaper(TEXT))
    assert found is not None
    return found


def read(html: str | None) -> list[str]:
    assert html is not None
    return extract(html.encode(), f"{ORIGIN}/2026/10/bridge.html").article.body.split("\n\n")


def body_of(page: RealPage) -> list[str]:
    return page.article.body.split("\n\n")


def test_a_page_is_prepared_with_its_parts(page: RealPage) -> None:
    assert page.publisher == "courier.example"
    assert "courier.example" not in page.html
    assert f'href="{ORIGIN}/2026/10/bridge.html"' in page.html
    assert '"http:\\/\\/origin.invalid\\/2026' in page.html
    assert [span.text for span in page.paragraphs] == TEXT
    assert page.headline is not None
    assert page.headline.text == TITLE
    assert page.standfirst is not None
    assert page.standfirst.text.startswith("After thirty years")
    assert page.caption is not None
    assert page.author == "Otto Lindqvist"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://courier.example/bridge.html?id=7", newspaper(TEXT)),
        ("https://courier.example/other.html", newspaper(TEXT)),
        ("https://courier.example/2026/10/bridge.html", newspaper(TEXT[:2])),
        (
            "https://courier.example/2026/10/bridge.html",
            newspaper(TEXT).replace(b"strait", b"\xff"),
        ),
        ("https://courier.example/2026/10/bridge.html", b"<p>Nothing.</p>"),
        ("https://courier.example/2026/10/bridge.html", newspaper(TEXT) + b" " * 400_000),
    ],
    ids=["query", "canonical elsewhere", "short", "not UTF-8", "no story", "too long"],
)
def test_a_page_that_cannot_be_served_in_versions_is_left_out(url: str, body: bytes) -> None:
    assert prepare(url, body) is None


def words_changed(one: list[str], two: list[str]) -> int:
    pairs = zip(" ".join(one).split(), " ".join(two).split(), strict=True)
    return sum(a != b for a, b in pairs)


@pytest.mark.parametrize("version", [edits.word, edits.number, edits.quote])
def test_one_word_is_another(page: RealPage, version: edits.Version) -> None:
    assert words_changed(body_of(page), read(version(page, 1))) == 1


def test_a_number_is_one_more(page: RealPage) -> None:
    html = edits.number(page, 1)
    assert html is not None
    assert "26 years" not in html
    assert "27 years" in html


@pytest.mark.parametrize(
    ("version", "more"),
    [
        (edits.same, 0), (edits.added, 1), (edits.removed, -1), (edits.swapped, 0),
        (edits.shortened, -2), (edits.brief, -3), (edits.live_entry, 1),
    ],
)  # fmt: skip
def test_paragraphs_come_and_go(page: RealPage, version: edits.Version, more: int) -> None:
    before, after = body_of(page), read(version(page, 1))
    assert len(after) == len(before) + more
    assert (after == before) == (version is edits.same)


def test_what_scripts_tell_of_a_paragraph_is_edited_along() -> None:
    html = newspaper(TEXT).replace(
        b'"headline"', f'"articleBody":"{" ".join(TEXT)}","headline"'.encode(), 1
    )
    page = prepare("https://www.courier.example/2026/10/bridge.html", html)
    assert page is not None
    changed = edits.removed(page, 1)
    assert changed is not None
    missing = [text for text in TEXT if text not in changed]
    assert len(missing) == 1


def test_a_sentence_is_new_in_any_script(page: RealPage) -> None:
    chinese = "委员会星期二晚上投票赞成在海峡上修建新桥，辩论持续了五个小时。"
    html = newspaper([chinese + str(n) * 3 + chinese for n in range(6)])
    found = prepare("https://www.courier.example/2026/10/bridge.html", html)
    assert found is not None
    assert not any(
        edits.sentence(each, n) in each.article.body for each in (page, found) for n in range(9)
    )


def fields(html: str | None) -> dict[str, object]:
    assert html is not None
    article = extract(html.encode(), f"{ORIGIN}/2026/10/bridge.html").article
    return {
        "h1": re.search(r"<h1>(.*?)</h1>", html)[1],  # type: ignore[index]
        "og": re.search(r'og:title" content="(.*?)"', html)[1],  # type: ignore[index]
        "standfirst": article.standfirst, "authors": article.authors,
        "caption": re.search(r"<figcaption>(.*?)</figcaption>", html, re.DOTALL)[1],  # type: ignore[index]
        "body": re.findall(r'<p class="t">(.*?)</p>', html, re.DOTALL),
        "published": [c.text for c in article.published_claims][:1],
        "modified": [c.text for c in article.modified_claims][:1],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "field"),
    [
        (edits.new_headline, "h1"), (edits.seo_title, "og"), (edits.new_standfirst, "standfirst"),
        (edits.no_standfirst, "standfirst"), (edits.new_author, "authors"),
        (edits.new_caption, "caption"), (edits.typography, "body"),
        (edits.correction_below, "body"), (edits.modified_only, "modified"),
        (edits.published, "published"),
    ],
)  # fmt: skip
def test_one_field_is_another(page: RealPage, version: edits.Version, field: str) -> None:
    before, after = fields(page.html), fields(version(page, 1))
    assert {name for name in before if before[name] != after[name]} == {field}


def test_a_correction_stands_under_the_headline(page: RealPage) -> None:
    html = edits.correction_above(page, 1)
    assert html is not None
    assert re.search(rf"{TITLE}</h1><div[^>]*><p>Correction", html)


def letters(html: str | None) -> str:
    return re.sub(r"[\u00ad\u200b\s]", "", " ".join(read(html)))


@pytest.mark.parametrize(
    "version",
    [
        noise.soft_hyphens, noise.soft_hyphen_entities, noise.zero_width, noise.no_break_spaces,
        noise.numbered_characters, noise.reformatted,
    ],
)  # fmt: skip
def test_other_forms_look_the_same(page: RealPage, version: edits.Version) -> None:
    html = version(page, 1)
    assert html != page.html
    assert letters(html) == letters(page.html)


def test_classes_have_other_names(page: RealPage) -> None:
    html = noise.redesigned(page, 1)
    assert html is not None
    assert html != page.html
    assert re.sub(r' class=".*?"', "", html) == re.sub(r' class=".*?"', "", page.html)


@pytest.mark.parametrize(
    "version",
    [
        noise.ticker, noise.ticker_lines, noise.reading_now, noise.quotation, noise.poll,
        noise.comment_count, noise.share_count, noise.clock, noise.uuid_tags, noise.related,
        noise.related_between, noise.comments, noise.next_story, noise.advert, noise.age_note,
    ],
)  # fmt: skip
def test_what_moves_on_is_other_at_each_visit(page: RealPage, version: edits.Version) -> None:
    versions = [version(page, visit) for visit in (1, 2)]
    assert versions[0] != versions[1]
    assert version(page, 1) == versions[0]
    assert all(all(text in (html or "") for text in TEXT) for html in versions)


@pytest.mark.parametrize("name", ["subscribe", "newsletter", "donate", "app", "plain"])
def test_a_box_stands_between_paragraphs(page: RealPage, name: str) -> None:
    html = noise.box(name)(page, 1)
    assert html is not None
    at = [html.index(text) for text in TEXT]
    assert at == sorted(at)
    assert len(html) > len(page.html)
    assert "{" not in html[at[2] : at[-1]]


WALLS: list[walls.Serve] = [
    walls.outage, walls.consent, walls.login, walls.bot, walls.region, walls.just_a_moment,
    walls.empty, walls.shell, walls.not_found, walls.tombstone, walls.wall_with_claims,
    walls.front_in_place, walls.another_story, walls.another_story_here,
]  # fmt: skip


@pytest.mark.parametrize("serve", WALLS)
def test_nothing_of_the_text_is_behind_a_wall(page: RealPage, serve: walls.Serve) -> None:
    for visit in range(8):  # other designs
        answer = serve(page, visit)
        assert answer is not None
        seen = re.sub(r"<!--.*?-->", "", answer.html, flags=re.DOTALL)
        assert not any(text in seen for text in TEXT)


def test_a_tombstone_has_more_than_fifty_words() -> None:
    for _, title, texts in walls.TOMBSTONE:
        assert len(" ".join((title, *texts)).split()) > 50
    for _, title, texts in walls.OUTAGE:
        assert 20 <= len(" ".join((title, *texts)).split()) <= 90


@pytest.mark.parametrize("free", [None, False])
def test_a_paywall_leaves_two_paragraphs(page: RealPage, free: bool | None) -> None:
    answer = walls.paywall(free)(page, 1)
    assert answer is not None
    assert [text in answer.html.split("<!--")[0] for text in TEXT] == [True] * 2 + [False] * 4
    assert ('"isAccessibleForFree":false' in answer.html) == (free is False)


def test_two_pages_hold_each_paragraph_once(page: RealPage) -> None:
    first, second = walls.first_half(page, 0), walls.second_half(page, 0)
    assert first is not None
    assert second is not None
    for text in TEXT:
        assert (text in first.html.split("<!--")[0]) != (text in second.html.split("<!--")[0])
    assert 'rel="next"' in first.html


def test_every_kind_has_a_name_of_its_own_and_wants_something(page: RealPage) -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names)) > 90
    for kind in KINDS:
        assert kind.steps
        assert Case(0, kind, page).applies or kind.name in ("accents apart (NFD)", "new template")


# -- serving ---------------------------------------------------------------------------------


def case_of(name: str, page: RealPage, *company: RealPage) -> Case:
    kind = next(kind for kind in KINDS if kind.name == name)
    return Case(7, kind, page, company)


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_site_serves_the_version_of_the_visit_at_its_own_address(page: RealPage) -> None:
    case = case_of("gone, back, gone again", page)
    with serving(Sites([case])) as sites:
        base = sites.base(case)
        found = []
        for visit in range(4):
            sites.visit = visit
            found.append(get(base + page.path)[0])
        assert found == [200, 404, 200, 404]
        sites.visit = 0
        html = get(base + page.path)[1]
        assert f'<link rel="canonical" href="{base}{page.path}">' in html
        assert "origin.invalid" not in html
        assert get(f"{base}/robots.txt") == (200, "User-agent: *\nAllow: /\n")
        assert get(f"{base}/nothing")[0] == 404


@pytest.mark.parametrize(
    ("name", "other"), [("outage page", True), ("outage page, all addresses", False)]
)
def test_what_the_other_addresses_of_a_site_answer(page: RealPage, name: str, other: bool) -> None:
    neighbour = RealPage("other.example", "/other", page.html, page.article)
    case = case_of(name, page, neighbour)
    with serving(Sites([case])) as sites:
        sites.visit = 1
        assert TEXT[3] not in get(sites.base(case) + page.path)[1].split("<!--")[0]
        assert (TEXT[3] in get(f"{sites.base(case)}/other")[1].split("<!--")[0]) == other


@pytest.mark.parametrize("how", ["length", "chunks"])
def test_an_answer_breaks_off(page: RealPage, how: str) -> None:
    case = case_of(f"broken off: {how}", page)
    with serving(Sites([case])) as sites:
        sites.visit = 1
        with (
            urllib.request.urlopen(sites.base(case) + page.path) as answer,
            pytest.raises(IncompleteRead),
        ):
            answer.read()


# -- the judge -------------------------------------------------------------------------------

FIRST = Known(article=1, revisions=1, words=200, stories=1)


def edited(*changed: str, words: int = 200) -> Known:
    told = {2: frozenset(changed)}
    return Known(1, 2, told, told, words=words, stories=1)


def test_a_right_history_is_right() -> None:
    assert judge(FIRST, FIRST, NOTHING).is_right
    assert judge(FIRST, edited("body"), BODY).is_right
    assert judge(FIRST, edited("body", "linked_stories"), BODY).is_right
    assert judge(FIRST, Known(1, 1, is_gone=True, words=200), Wanted(gone=True)).is_right


def test_a_planted_false_revision_counts() -> None:
    verdict = judge(FIRST, edited("body", "title"), NOTHING)
    assert verdict.false_revision
    assert "body, title" in verdict.remark
    assert judge(FIRST, Known(1, 1, words=60), NOTHING).false_revision


def test_an_edit_of_before_is_no_news() -> None:
    assert judge(edited("body"), edited("body"), NOTHING).is_right


def test_a_revision_that_is_told_as_no_edit_is_none() -> None:
    quiet = Known(1, 2, {}, {2: frozenset({"typography"})}, words=200)
    assert judge(FIRST, quiet, NOTHING).is_right
    assert judge(FIRST, quiet, Wanted((frozenset({"typography"}),))).is_right


def test_a_missed_edit_counts_and_so_does_one_of_other_fields() -> None:
    assert judge(FIRST, FIRST, BODY).missed
    assert judge(FIRST, edited("title"), BODY).misdescribed
    assert not judge(FIRST, edited("title"), BODY).missed


def test_going_and_coming_back() -> None:
    gone = Known(1, 1, is_gone=True, words=200, said="http 404")
    assert judge(FIRST, gone, NOTHING).false_gone
    assert judge(FIRST, FIRST, Wanted(gone=True)).missed
    assert judge(FIRST, gone, Wanted(gone=True, events=1)).missed
    assert judge(FIRST, gone, Wanted(gone=None)).is_right


def test_another_story_in_its_place() -> None:
    replaced = Wanted(gone=None, replaced=True, told=("other story",))
    assert judge(FIRST, FIRST, replaced).missed
    assert judge(FIRST, edited("body", "title"), replaced).false_revision
    assert judge(FIRST, Known(1, 1, words=200, stories=2), replaced).is_right
    assert judge(FIRST, Known(1, 1, words=200, said="other story"), replaced).is_right


def test_a_reason_that_is_named() -> None:
    wall = Wanted(told=("wall", "outage"))
    assert judge(FIRST, FIRST, wall).told is False
    assert judge(FIRST, Known(1, 1, words=200, said="done wall"), wall).told is True
    assert judge(FIRST, FIRST, NOTHING).told is None


# -- the report ------------------------------------------------------------------------------


def seen(held_out: bool, verdict: Verdict) -> Judged:
    publisher = "hidden.example" if held_out else "courier.example"
    return Judged("one word", publisher, f"http://{publisher}/x", 1, held_out, verdict)


def test_of_publishers_set_aside_only_figures_are_told() -> None:
    judged = [
        seen(False, Verdict(missed=True)), seen(True, Verdict(missed=True)), seen(True, Verdict())
    ]  # fmt: skip
    counts = count(judged)
    run = figures(KINDS, counts, judged)
    texts = [markdown(KINDS, counts, "About."), details(judged), str(run)]
    assert not any("hidden" in text for text in texts)
    assert "courier.example" in texts[1]
    assert "| one word | 1 | · | · | 1 | · |  | 2 | · | · | 1 | · |  |" in texts[0]
    assert run["kinds"]["one word"]["held_out"]["missed"] == 1


def test_two_runs_are_compared() -> None:
    judged = [seen(False, Verdict(missed=True))]
    old = figures(KINDS, count(judged), judged)
    new = figures(KINDS, count([seen(False, Verdict())]), [])
    assert compared(old, new) == "one word (looked at): missed 1 → 0"
    assert compared(new, new) == ""


def test_a_third_of_all_publishers_is_set_aside() -> None:
    held = sum(is_held_out(f"paper-{number}.example") for number in range(3_000))
    assert 900 < held < 1_100


def test_there_is_nothing_to_measure_without_corpora(tmp_path: Path) -> None:
    assert real_pages(tmp_path, 10) == []


@pytest.mark.usefixtures("loaded_commands")
def test_a_whole_run(page: RealPage, tmp_path: Path) -> None:
    names: Callable[[str], bool] = {"same bytes", "one word", "HTTP 404"}.__contains__
    cases = cases_of([kind for kind in KINDS if names(kind.name)], [page])
    judged = list(visits(cases, tmp_path))
    assert {each.kind: each.verdict.is_right for each in judged} == {
        "same bytes": True, "one word": True, "HTTP 404": True
    }  # fmt: skip
