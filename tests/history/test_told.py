"""What a newspaper changed between two states of a story, as its readers see them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from crawler.history.told import Caption, Told, changes, not_by_reading

BODY = (
    "The wheel – forty years old – turns again.\n\n“At last,” says Ada.\n\nIt cost 12,000 crowns."
)
OLD = Told(
    "Mill wheel turns again", BODY, standfirst="After forty years.", authors=("Ada Brook",),
    published="2026-01-01T10:00+01:00", captured_at="2026-03-01T10:00:00+00:00",
    captions=(Caption("https://a.example/x/wheel.jpg", "The wheel in May."),),
)  # fmt: skip


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"title": "Mill\u00a0wheel turns\u00ad again"},
        {"body": BODY.replace("wheel", "wh\u200beel")},
        {"body": unicodedata.normalize("NFD", BODY)},
        {"body": BODY.replace("\n\n", " ")},
        {"body": "This article is more than one year old.\n\n" + BODY},
        {"standfirst": "Dieser Artikel ist älter als ein Jahr. After forty years."},
        {"standfirst": "After forty years. After forty years."},
        {"standfirst": None, "body": "After forty years.\n\n" + BODY},
        {"published": None},
        {"published": "2026-01-01"},
        {"published": "2026-01-01T09:00:30Z"},
        {
            "captions": (
                Caption("https://cdn.example/w-300x200/wheel.jpg?w=3", "The wheel in May."),
            )
        },
        {"body": BODY + "\n\nSign up for our newsletter and support us with a subscription."},
        {"captions": ()},
    ],
)
def test_what_is_no_edit(same: dict[str, object]) -> None:
    assert changes(OLD, replace(OLD, **same)) == ()  # type: ignore[arg-type]
    assert changes(replace(OLD, **same), OLD) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edit", "fields"),
    [
        ({"title": "Mill wheel stops"}, ("title", "seo_title")),
        ({"title": "Mill wheel stops", "seo_title": "Mill wheel turns again"}, ("title",)),
        ({"seo_title": "Wheel turns: what you must know"}, ("seo_title",)),
        ({"standfirst": "After fifty years."}, ("standfirst",)),
        ({"authors": ("Ben Carr",)}, ("authors",)),
        ({"body": BODY.replace("12,000", "13,000")}, ("body",)),
        ({"body": BODY + "\n\nCorrection: it cost 12,000 crowns, not 13,000."}, ("body",)),
        ({"published": "2026-01-03T10:00+01:00"}, ("published_at",)),
        (
            {"captions": (Caption("https://a.example/x/wheel.jpg", "The wheel in June."),)},
            ("captions",),
        ),
        ({"body": BODY.replace("“", '"').replace("”", '"').replace("–", "-")}, ("typography",)),
        ({"body": "\n\n".join(reversed(BODY.split("\n\n")))}, ("body",)),
    ],
)
def test_edits_are_told_as_what_they_are(edit: dict[str, object], fields: tuple[str, ...]) -> None:
    told = changes(OLD, replace(OLD, **edit))  # type: ignore[arg-type]
    if fields == ("title", "seo_title"):
        fields = ("title",)  # what is not told apart is not changed apart
    assert told == fields


def test_counters_and_tickers_move_on() -> None:
    count = "{} people are reading this now"
    one, two = (replace(OLD, body=f"{BODY}\n\n{count.format(n)}") for n in (12, 1_417))
    assert changes(one, two) == ()
    for read in ("This article has been read {} times.", "Dieser Artikel wurde {} Mal gelesen."):
        one, two = (replace(OLD, body=f"{BODY}\n\n{read.format(n)}") for n in (12, 1_417))
        assert changes(one, two) == ()
    toll = "The toll rose to {}."
    one, two = (replace(OLD, body=f"{BODY}\n\n{toll.format(n)}") for n in (12, 14))
    assert changes(one, two) == ("body",)
    ticker = "\n\n".join(
        f"{hour}:05 {what}" for hour, what in enumerate(("Rain", "Vote", "Goal"), 10)
    )
    later = "\n\n".join(f"{hour}:15 {what}" for hour, what in enumerate(("Sun", "Win", "Fire"), 12))
    one, two = (replace(OLD, body=f"{BODY}\n\n{lines}") for lines in (ticker, later))
    assert changes(one, two) == ()
    report = f"{ticker}\n\n13:20 The mayor speaks"
    assert changes(one, replace(OLD, body=f"{BODY}\n\n{report}")) == ("body",)


def test_a_date_that_is_only_the_clock_is_none() -> None:
    one = replace(OLD, published="2026-03-01T09:58:00+00:00")
    two = replace(
        OLD, published="2026-03-09T07:01:00+00:00", captured_at="2026-03-09T07:03:00+00:00"
    )
    assert changes(one, two) == ()


def test_what_stands_on_other_stories_is_the_sites() -> None:
    box = "Our reporters are on the road for you day and night."
    new = replace(OLD, body=f"{BODY}\n\n{box}")
    assert changes(OLD, new) == ("body",)
    assert changes(OLD, new, lambda paragraph: paragraph == box) == ()


def test_another_extractor_may_read_the_headline_elsewhere() -> None:
    """An earlier one took the page's title for machines for the headline."""
    new = replace(OLD, title="After forty years, the wheel turns", seo_title=OLD.title)
    assert not_by_reading(OLD, new, changes(OLD, new)) == ()
    stopped = replace(new, title="The wheel stops", seo_title="Mill wheel stops")
    assert not_by_reading(OLD, stopped, changes(OLD, stopped)) == ("title",)


def test_of_a_text_written_anew_not_each_paragraph_is_looked_for() -> None:
    asked: list[str] = []
    new = replace(OLD, body="\n\n".join(f"Another sentence, number {n}, here." for n in range(40)))
    assert changes(OLD, new, lambda paragraph: bool(asked.append(paragraph))) == ("body",)
    assert not asked


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # words that walls have, in sentences of their own
        ("She gave her consent in writing.", "She never gave her consent."),
        ("Der Rat wird zustimmen.", "Der Rat wird nicht zustimmen."),
        ("Le maire accepte la démission.", "Le maire n'accepte pas la démission."),
        ("They entered the forbidden zone.", ""),
        # numbers that are the newspaper's, in lines that end no sentence
        ("Dead in the flood: 31", "Dead in the flood: 3"),
        ("Rovers – United 2:1", "Rovers – United 1:2"),
        ("Festnahmen bis Mitternacht: 14", "Festnahmen bis Mitternacht: 41"),
        # a chronicle that is rewritten keeps its times
        (
            "22:10 The driver stops\n\n22:14 The guard fires",
            "22:10 The driver turns\n\n22:14 A guard is hit",
        ),
        # what a missing space makes of two words
        ("The rapist was heard.", "Therapist was heard."),
    ],
)
def test_what_looks_like_furniture_and_is_an_edit(before: str, after: str) -> None:
    one, two = (replace(OLD, body=f"{BODY}\n\n{text}".strip()) for text in (before, after))
    assert changes(one, two) == ("body",)


def test_a_correction_that_stands_on_other_stories_is_an_edit_all_the_same() -> None:
    note = "Correction: the reporter did not speak to the witnesses that this article names."
    new = replace(OLD, body=f"{BODY}\n\n{note}")
    assert changes(OLD, new, lambda paragraph: True) == ("body",)


def test_pictures_of_one_name_are_told_apart_by_their_folders() -> None:
    def shown(first: str) -> tuple[Caption, ...]:
        return (
            Caption("https://a.example/p1/master.jpg", first),
            Caption("https://a.example/p2/master.jpg", "The weir."),
        )

    one, two = (
        replace(OLD, captions=shown(text)) for text in ("The accused, P. Holm.", "A witness.")
    )
    assert changes(one, two) == ("captions",)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("2026-01-02", "2026-01-01", ("published_at",)),
        ("2026-01-02T10:00:00+02:00", "2026-01-02T10:00:00", ()),
        ("2026-01-02T10:00:00", "2026-01-02T10:00:00Z", ()),
        ("2026-01-02T10:00:00+02:00", "2026-01-02T11:30:00", ("published_at",)),
    ],
)
def test_dates_without_a_time_or_a_zone(old: str, new: str, changed: tuple[str, ...]) -> None:
    assert changes(replace(OLD, published=old), replace(OLD, published=new)) == changed


def test_capitals_of_a_name_are_the_sites_style() -> None:
    assert changes(OLD, replace(OLD, authors=tuple(a.upper() for a in OLD.authors))) == ()
