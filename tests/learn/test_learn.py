"""What a newspaper's own pages teach: furniture, headlines' ends, places, blocks."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from crawler import SiteProfile, extract, learn_profile
from crawler.learn import sample
from crawler.page_reader import sighting
from tests.learn.newspaper import NAMES, Story, sentence

COFFEE = "Our reporters drink a lot of coffee, and every cup of it is paid for by people like you."
COFFEE_BOX = f"<div class='mug'><p>{COFFEE}</p></div>"
TALK = (
    "Reden Sie mit: Die Redaktion hört jeden Dienstag ab zehn Uhr am Rathaus zu, bei jedem Wetter."
)
ASKED = "今週の編集部からのお知らせです。読者の皆さまのお便りをいつでもお待ちしております。"


def learned(stories: Iterable[Story]) -> SiteProfile:
    return learn_profile((story.html, story.url) for story in stories)


def body(story: Story, profile: SiteProfile | None = None) -> str:
    return extract(story.html, story.url, profile=profile).body


@pytest.mark.parametrize("text", [COFFEE, TALK, ASKED])
@pytest.mark.parametrize("where", ["before", "inside", "after"])
def test_five_pages_show_what_is_on_all_of_them(text: str, where: str) -> None:
    box = f"<div class='mug'><p>{text}</p></div>"
    stories = [Story(n, **{where: box}) for n in range(5)]  # type: ignore[arg-type]
    profile = learned(stories)
    for story in stories:
        assert text not in body(story, profile)
        assert all(paragraph in body(story, profile) for paragraph in story.paragraphs)


def test_a_page_that_nothing_was_learned_from_is_read_with_what_others_taught() -> None:
    profile = learned(Story(n, inside=COFFEE_BOX) for n in range(5))
    new = Story(99, inside=COFFEE_BOX)
    assert COFFEE in body(new)
    assert COFFEE not in body(new, profile)


def test_texts_that_take_turns_are_furniture_too() -> None:
    turns = [f"{sentence(random.Random(n))} Tell us what you think of it." for n in range(5)]
    stories = [Story(n, inside=f"<div class='mug'><p>{turns[n % 5]}</p></div>") for n in range(40)]
    profile = learned(stories)
    for story in stories[:10]:
        assert "Tell us what you think" not in body(story, profile)


def test_furniture_with_numbers_names_and_days_in_it() -> None:
    stories = [
        Story(n, before=f"<p class='stamp'>Set by {NAMES[n % 6]} on {n + 1} May 2024 at 10:{n + 10}"
                        " in the old printing house of the river town, where it was read aloud</p>")
        for n in range(6)
    ]  # fmt: skip
    profile = learned(stories)
    assert all("old printing house" not in body(story, profile) for story in stories)


@pytest.mark.parametrize(
    "said",
    [
        "Half-time score: {} to {}.",
        "The district counted {} new cases; {} patients died.",
        "By 5 May 2024 the river had reached {} metres, and {} houses stood empty in 2023.",
    ],
)
def test_a_paragraph_whose_numbers_are_each_storys_own_stays(said: str) -> None:
    told = [said.format(n % 5, n) for n in range(40)]
    stories = [Story(n, after=f"<p>{told[n]}</p>") for n in range(40)]
    profile = learned(stories)
    for story, text in zip(stories, told, strict=True):
        assert text in body(story, profile)


def test_the_opening_of_a_series_stays() -> None:
    opening = "This is a part of our series on the rivers of the north and those who live by them."
    stories = [Story(n, opening=opening if n % 13 == 0 else "") for n in range(40)]
    profile = learned(stories)
    assert all(opening in body(story, profile) for story in stories if story.opening)


def test_a_sentence_that_two_of_five_stories_share_stays() -> None:
    opening = (
        "The council met on Tuesday for the last time before the summer, in the old town hall."
    )
    stories = [Story(n, opening=opening if n < 2 else "") for n in range(5)]
    profile = learned(stories)
    assert opening in body(stories[0], profile)


def test_headings_that_all_reviews_have_stay_while_a_text_of_their_own_follows() -> None:
    stories = [
        Story(n, inside=f"<h2>What we liked</h2><p>{sentence(random.Random(n))}</p>"
                        "<h2>Write to us</h2><p>Our letters page is open to all who read this.</p>")
        for n in range(6)
    ]  # fmt: skip
    read = body(stories[0], learned(stories))
    assert "What we liked" in read
    assert "Write to us" not in read
    assert "letters page" not in read


def test_one_story_under_many_addresses_teaches_nothing() -> None:
    story = Story(1)
    pages = [(story.html, f"{story.url}?from={n}") for n in range(20)]
    pages += [(Story(2).html, Story(2).url)]
    profile = learn_profile(pages)
    assert profile.is_empty
    assert body(story, profile) == body(story)


def test_an_agency_story_that_two_papers_print_under_other_headlines_stays() -> None:
    wire = [" ".join(sentence(random.Random(n)) for _ in range(3)) for n in range(6)]
    ours = [Story(n) for n in range(6)]
    for number in (0, 3):
        ours[number] = Story(number, paragraphs=[*wire, ours[number].paragraphs[0]])
    profile = learned(ours)
    assert all(paragraph in body(ours[0], profile) for paragraph in wire)


def test_publishers_under_one_host_are_told_apart_by_their_layouts() -> None:
    one = [Story(n, inside=COFFEE_BOX) for n in range(5)]
    other = [
        Story(n + 50, seed=9, paper="Dagens Avis", classes=("text", "av"), opening=COFFEE if n == 0
              else "", head="<meta name=x content=y>") for n in range(5)
    ]  # fmt: skip
    profile = learned([*one, *other])
    assert {end.text for end in profile.title_ends} >= {" - The Lund Gazette", " - Dagens Avis"}


def test_what_all_headlines_end_in_is_the_papers_name() -> None:
    stories = [Story(n, paper=f"Lunds Tidende {n % 3}") for n in range(6)]
    assert not learned(stories).title_ends  # no end that half of them share
    profile = learned(Story(n) for n in range(6))
    assert [end.text for end in profile.title_ends] == [" - The Lund Gazette"]
    bare = Story(77)
    page = bare.html.replace(f"<h1>{bare.title}</h1>", f"<h1>{bare.title} - The Lund Gazette</h1>")
    assert extract(page, bare.url, profile=profile).title == bare.title


@pytest.mark.parametrize(
    "title", ["Weather for 2026-05-{} in the valley", "River-{} rises", "News at 10:{} from Lund"]
)
def test_no_headline_is_cut_within_a_word_or_a_number(title: str) -> None:
    titles = [title.format(n + 10) for n in range(12)]
    stories = [Story(n) for n in range(12)]
    for story, each in zip(stories, titles, strict=True):
        story.title = each
    profile = learned(stories)
    assert [extract(s.html, s.url, profile=profile).title for s in stories] == titles


@pytest.mark.parametrize("end", [" - Lund", ": Lund talks", " | Lund", "| Lund talks"])
def test_a_headline_is_cut_at_what_separates(end: str) -> None:
    stories = [Story(n) for n in range(12)]
    for story in stories:
        story.title += end
    profile = learned(stories)
    for story in stories:
        assert extract(story.html, story.url, profile=profile).title == (
            story.title.removesuffix(end)
        )


def test_the_place_of_a_byline_is_learned_from_pages_that_tell_it_twice() -> None:
    stories = [Story(n) for n in range(8)]
    profile = learned(stories)
    quiet = Story(9, json_ld=False)
    assert extract(quiet.html, quiet.url).authors == ()
    with_profile = extract(quiet.html, quiet.url, profile=profile)
    assert with_profile.authors == (quiet.author,)
    assert with_profile.sources["authors"].source == "profile:authors"


def test_the_place_of_a_byline_that_no_page_tells_of_is_where_one_persons_name_stands() -> None:
    card = "<aside><p class='who'>Bea Olsen</p></aside>"
    sponsor = "<div class='host'><b>Finn Dahl</b></div>"  # the same on every page
    stories = [Story(n, json_ld=False, after=card * 2 + sponsor) for n in range(8)]
    profile = learned(stories)
    article = extract(stories[3].html, stories[3].url, profile=profile)
    assert article.authors == (stories[3].author,)


def test_a_picture_that_stands_for_every_story_is_none() -> None:
    logo = '<meta property="og:image" content="https://gazette.example/logo-share.png">'
    stories = [Story(n, head=logo) for n in range(6)]
    profile = learned(stories)
    assert extract(stories[0].html, stories[0].url).image is not None
    assert extract(stories[0].html, stories[0].url, profile=profile).image is None


def test_the_storys_own_picture_takes_its_place() -> None:
    logo = '<meta property="og:image" content="https://gazette.example/logo-share.png">'
    own = "<figure><img src='/weir.jpg' width='800' height='500'></figure>"
    stories = [Story(n, head=logo, before=own if n == 5 else "") for n in range(6)]
    article = extract(stories[5].html, stories[5].url, profile=learned(stories))
    assert article.image is not None
    assert article.image.url == "https://gazette.example/weir.jpg"


def test_a_profile_never_empties_a_body() -> None:
    tea = COFFEE.replace("coffee", "tea")
    short = Story(1, paragraphs=[COFFEE, tea, "A line. " * 9])
    boxes = COFFEE_BOX + COFFEE_BOX.replace(COFFEE, tea)
    profile = learned(Story(n, inside=boxes) for n in range(6))
    assert body(short, profile) == body(short)


def test_which_pages_of_too_many_are_kept_depends_on_no_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawler.learn.teach.MOST_KEPT", 5)
    told = [
        one
        for s in (Story(n) for n in range(12))
        if (one := sighting(s.html.encode(), s.url)) is not None
    ]
    assert len(told) == 12
    kept = {each.url for each in sample(told)}
    assert len(kept) == 5
    in_parts = sample([*sample(told[6:]), *told[:6]])
    assert {each.url for each in in_parts} == kept


def test_what_is_learned_depends_on_no_order() -> None:
    stories = [Story(n, inside=COFFEE_BOX if n % 2 else "") for n in range(30)]
    shuffled = stories[:]
    random.Random(3).shuffle(shuffled)
    assert learned(stories) == learned(shuffled)


def test_pages_of_another_site_are_left_alone() -> None:
    profile = learned(Story(n, inside=COFFEE_BOX) for n in range(5))
    new = Story(6, inside=COFFEE_BOX)
    elsewhere = new.url.replace("gazette", "courier")
    assert COFFEE in extract(new.html, elsewhere, profile=profile).body
