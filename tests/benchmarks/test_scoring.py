"""The measures, by hand-counted examples."""

from __future__ import annotations

import pytest

from benchmarks.scoring import Answer, days, instant, names_f1, overlap, score, strings_f1

ONE_TO_EIGHT = "one two three four five six seven eight"  # five runs of four words


def test_the_same_words_agree_whatever_their_case_and_marks() -> None:
    assert overlap("One, two – three. FOUR five", "one two three four five") == (1.0, 1.0, 1.0)


def test_overlap_counts_runs_of_four_words() -> None:
    # got has 3 runs, all right; gold has 5
    f1, precision, recall = overlap("one two three four five six", ONE_TO_EIGHT)
    assert (precision, recall) == (1.0, 0.6)
    assert f1 == pytest.approx(0.75)


def test_a_repeated_run_counts_as_often_as_gold_has_it() -> None:
    # "a b c d a b c d": abcd twice, bcda, cdab, dabc once
    _, precision, recall = overlap("a b c d a b c d", "a b c d")
    assert (precision, recall) == (0.2, 1.0)


def test_no_text_scores_nothing() -> None:
    assert overlap("", ONE_TO_EIGHT) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=f"Lead with four words.\n\n{ONE_TO_EIGHT}"),
        Answer(body=ONE_TO_EIGHT),
        Answer(body=ONE_TO_EIGHT, standfirst="Lead with four words."),
    ],
    ids=["standfirst in the body", "without it", "standfirst apart"],
)
def test_a_page_counts_with_or_without_its_standfirst(answer: Answer) -> None:
    gold = {"body": f"Lead with four words.\n{ONE_TO_EIGHT}", "summary": ["Lead with four words."]}
    figures = score(answer, gold).figures
    assert figures["body F1"] == 1.0
    assert figures["body below 0.5"] == 0.0


def test_a_body_below_one_half_is_bad() -> None:
    # 1 of 1 run right, 1 of 5 found: F1 = 2 * 0.2 / 1.2
    figures = score(Answer(body="one two three four"), {"body": ONE_TO_EIGHT}).figures
    assert figures["body F1"] == pytest.approx(1 / 3)
    assert figures["body below 0.5"] == 1.0


def test_strings_are_looked_for_across_line_breaks() -> None:
    answer = Answer(body="The bridge\n\nis mended. Share this")
    gold = {"with": ["bridge is  mended", "by the mill"], "without": ["Share this", "Imprint"]}
    figures = score(answer, gold).figures
    assert figures == {"#tp": 1.0, "#fn": 1.0, "#fp": 1.0}


def test_string_f1_is_of_all_counts_together() -> None:
    assert strings_f1(tp=3, fp=1, fn=2) == (pytest.approx(2 / 3), 0.75, 0.6)
    assert strings_f1(tp=0, fp=0, fn=5) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("title", "right"),
    [("Bridge “mended”", 1.0), ("bridge mended", 1.0), ("Bridge mended | News", 0.0), (None, 0.0)],
)
def test_titles_are_equal_or_not(title: str | None, right: float) -> None:
    assert score(Answer(title=title), {"title": "Bridge mended"}).figures == {"title": right}


def test_names_are_sets() -> None:
    assert names_f1(["ann example"], ["Ann Example"]) == 1.0
    assert names_f1(["Ann Example", "Staff"], ["Ann Example"]) == pytest.approx(2 / 3)
    assert names_f1(["Ann Example", "Ann Example"], ["Ann Example"]) == 1.0
    assert names_f1([], ["Ann Example"]) == 0.0


def test_gold_without_authors_or_title_is_not_scored() -> None:
    assert score(Answer(title="T", authors=["A"]), {"title": None, "authors": []}).figures == {}


@pytest.mark.parametrize(
    ("date", "day", "same_instant"),
    [
        ("2026-02-03T00:30:00+02:00", 1.0, 1.0),
        ("2026-02-02T22:30:00Z", 1.0, 1.0),
        ("2026-02-02T22:30:00.4+00:00", 1.0, 1.0),
        ("2026-02-02T22:30:01+00:00", 1.0, 0.0),
        ("2026-02-03T00:30:00", 1.0, 0.0),  # no offset: no instant
        ("2026-02-03", 1.0, 0.0),
        ("2026-02-02", 1.0, 0.0),  # the day in UTC
        ("2026-02-04", 0.0, 0.0),
        ("2026-02", 0.0, 0.0),
        (None, 0.0, 0.0),
        ("yesterday evening", 0.0, 0.0),
    ],
)
def test_dates_by_day_and_by_instant(date: str | None, day: float, same_instant: float) -> None:
    figures = score(Answer(date=date), {"date": "2026-02-03 00:30:00+02:00"}).figures
    assert figures == {"day": day, "instant": same_instant}


def test_gold_of_a_day_alone_asks_for_no_instant() -> None:
    assert score(Answer(date="2026-02-03T10:00Z"), {"date": "2026-02-03"}).figures == {"day": 1.0}


def test_a_page_without_a_date_wants_none() -> None:
    assert score(Answer(), {"date": float("nan")}).figures == {"no date for none": 1.0}
    assert score(Answer(date="2026-02-03"), {"date": None}).figures == {"no date for none": 0.0}


def test_an_instant_needs_an_offset() -> None:
    assert instant("2026-02-03T10:00") is None
    assert days("2026-02-03T10:00") == {"2026-02-03"}


def test_a_character_of_a_script_without_spaces_is_a_word() -> None:
    assert overlap("北京天气预报", "北京天气预报")[0] == 1.0
    assert 0 < overlap("北京天气预报", "北京天气新闻")[0] < 1


def test_pictures_are_compared_by_file_and_languages_without_their_region() -> None:
    gold = {"image": "https://a.example/p/w%20x.jpg?w=9", "language": "pt", "dek": "A day, later."}
    answer = Answer(image="https://b.example/w x.jpg", language="pt-BR", standfirst="A day later")
    assert score(answer, gold).figures == {"image": 1.0, "language": 1.0, "standfirst": 1.0}


def test_sentences_may_stand_in_the_standfirst() -> None:
    gold = {"first": "It rained.", "contains": ["No one came."]}
    answer = Answer(standfirst="It rained.", body="Some came.")
    assert score(answer, gold).figures == {"sentences": 0.5}
