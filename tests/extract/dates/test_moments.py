from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.dates import normalise
from crawler.items import Article, Claim, Moment

AT = datetime(2021, 7, 20, 12, tzinfo=UTC)


def article(*published: str, modified: tuple[str, ...] = (), language: str = "en-IN") -> Article:
    return Article(
        url="https://news.example/a",
        title="A",
        language=language,
        published_claims=tuple(Claim(t, f"p{i}") for i, t in enumerate(published)),
        modified_claims=tuple(Claim(t, f"m{i}") for i, t in enumerate(modified)),
    )


def published(*claims: str) -> Moment | None:
    return normalise(article(*claims), AT).published


def test_the_day_shown_is_told_with_its_raw_text_and_source():
    done = normalise(article("July 14, 2021"), AT)
    assert done.published == Moment("2021-07-14", "day", "July 14, 2021", "p0")
    assert done.sources["published_at"] == Claim("July 14, 2021", "p0")


def test_a_date_that_counts_back_from_the_capture_is_marked():
    assert published("2 hours ago") == Moment(
        "2021-07-20T10:00+00:00", "minute", "2 hours ago", "p0", relative=True
    )


def test_a_date_stated_refines_one_that_counts_back_and_not_the_other_way():
    moment = published("6 days ago", "2021-07-14T09:41:07Z")
    assert moment is not None
    assert (moment.value, moment.relative) == ("2021-07-14T09:41:07+00:00", False)
    moment = published("July 20, 2021", "2 hours ago")
    assert moment is not None
    assert (moment.value, moment.relative) == ("2021-07-20", False)


def test_a_claim_that_is_no_date_is_passed_over():
    moment = published("By our staff", "14:30", "14.07.2021")
    assert moment == Moment("2021-07-14", "day", "14.07.2021", "p2")


@pytest.mark.parametrize(
    ("claims", "value", "source"),
    [
        (("July 14, 2021", "2021-07-14T09:41:07+05:30"), "2021-07-14T09:41:07+05:30", "p1"),
        (("July 14, 2021 9:41 am", "2021-07-14T09:41:07+05:30"), "2021-07-14T09:41:07+05:30", "p1"),
        (("July 14, 2021 9:41 am", "2021-07-14T04:11:07Z"), "2021-07-14T09:41:07+05:30", "p1"),
        # 02:41 IST is of the day before in UTC.
        (("July 14, 2021", "2021-07-13T21:11:00Z"), "2021-07-13T21:11:00+00:00", "p1"),
        (("July 2021", "2021-07-14"), "2021-07-14", "p1"),
        (("2021-07-14T00:00:00Z", "2021-07-14T09:41:07+05:30"), "2021-07-14T09:41:07+05:30", "p1"),
        (("14.7.2021", "14 July 2021 09:41", "2021-07-14 09:41:07"), "2021-07-14T09:41:07", "p2"),
    ],
)  # fmt: skip
def test_a_finer_claim_of_the_same_moment_refines(claims, value, source):
    moment = published(*claims)
    assert moment is not None
    assert (moment.value, moment.source) == (value, source)


@pytest.mark.parametrize(
    "claims",
    [
        ("July 14, 2021", "2021-07-15T09:41:07+05:30"),  # another day
        ("July 14, 2021", "2021-07-13T09:41:07+05:30"),  # another day
        ("July 14, 2021", "2021-07-14T00:00:00+00:00"),  # midnight says no more than the day
        ("July 14, 2021", "2021-07"),  # coarser
        ("2021-07-14T09:41:00", "2021-07-14T10:10:07Z"),  # contradicts, and no offset explains it
        ("2021-07-14T09:41+05:30", "2021-07-14T09:41:07+02:00"),  # another instant
        ("2021-07-14T09:41:07Z", "2021-07-14T09:41"),
        ("2021-07-14", "2021-07-16T12:00:00Z"),
        ("July 2021", "2021-06-30"),
    ],
)
def test_a_claim_that_adds_nothing_or_contradicts_is_left_alone(claims):
    moment = published(*claims)
    assert moment is not None
    assert moment.source == "p0"


@pytest.mark.parametrize("text", ["2021-07-13", "2021-06", "2021-07-14T09:40:00+05:30"])
def test_a_modification_before_the_publication_is_dropped(text):
    done = normalise(article("2021-07-14T09:41:07+05:30", modified=(text,)), AT)
    assert done.published is not None
    assert done.modified is None
    assert "modified_at" not in done.sources


@pytest.mark.parametrize(
    "text", ["2021-07-14", "2021-07", "2021-07-15T08:00", "July 14, 2021 9:41 am"]
)
def test_a_modification_that_may_be_later_is_kept(text):
    done = normalise(article("2021-07-14T09:41:07+05:30", modified=(text,)), AT)
    assert done.modified is not None
    assert done.sources["modified_at"] == Claim(text, "m0")


def test_claims_of_a_new_reading_replace_the_sources_of_an_old_one():
    old = normalise(article("2021-07-14"), AT)
    assert normalise(article(), AT).sources == {}
    from dataclasses import replace

    assert "published_at" not in normalise(replace(old, published_claims=()), AT).sources


def test_the_article_given_is_not_changed():
    given_article = article("2021-07-14")
    normalise(given_article, AT)
    assert given_article.published is None
    assert given_article.sources == {}


DATES = st.one_of(
    st.datetimes(datetime(1500, 1, 1)).map(str),
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.datetimes(datetime(2021, 7, 13), datetime(2021, 7, 15)).map("{:%d.%m.%Y %H:%M}".format),
    st.text(max_size=30),
)


@given(st.lists(DATES, max_size=4), st.lists(DATES, max_size=3), st.datetimes())
def test_no_claims_raise_and_normalising_twice_changes_nothing(claims, changed, at):
    once = normalise(article(*claims, modified=tuple(changed), language=""), at)
    assert normalise(once, at) == once
    if once.published and once.published.precision != "year":
        assert once.published.raw in claims
