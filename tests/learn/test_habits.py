"""How a newspaper writes its dates, told by the pages that show it, for those that do not."""

from __future__ import annotations

import pytest

from crawler import SiteProfile, extract, learn_profile, load_profile
from crawler.learn import read_profile, rules, written
from tests.learn.newspaper import Story


def dated(number: int, shown: str, ld: str = "", lang: str = "en") -> tuple[str, str]:
    """A story page that shows a date, and tells one to machines."""
    head = f'<meta property="article:published_time" content="{ld}">' if ld else ""
    story = Story(number, before=f'<p class="date">{shown}</p>', head=head, json_ld=False)
    page = story.html.replace("<html lang=en>", f"<html lang={lang}>")
    return page, f"https://gazette.example/town/a-story-of-the-river-{number}"


def published(page: tuple[str, str], profile: SiteProfile | None = None) -> str | None:
    moment = extract(*page, profile=profile).published
    return moment.value if moment else None


MONTH_FIRST = [dated(n, f"Published 0{1 + n % 8}/{13 + n}/2024") for n in range(6)]
DAY_FIRST = [dated(n, f"{13 + n}.0{1 + n % 8}.2024", lang="en-US") for n in range(6)]


@pytest.mark.parametrize(
    ("known", "page", "without", "day"),
    [
        (MONTH_FIRST, dated(9, "Published 03/04/2024"), "2024-04-03", "2024-03-04"),
        (MONTH_FIRST, dated(9, "Published 03/04/2024 09:41"), "2024-04-03T09:41",
         "2024-03-04T09:41"),
        (DAY_FIRST, dated(9, "03.04.2024", lang="en-US"), "2024-03-04", "2024-04-03"),
        (MONTH_FIRST, dated(9, "Published 3 April 2024"), "2024-04-03", "2024-04-03"),
        (MONTH_FIRST, dated(9, "Published 23/04/2024"), "2024-04-23", "2024-04-23"),
    ],
)  # fmt: skip
def test_which_number_is_the_day_is_learned_from_the_days_that_tell(
    known: list[tuple[str, str]], page: tuple[str, str], without: str, day: str
) -> None:
    assert published(page) == without
    profile = learn_profile(known)
    assert profile.date_order is not None
    assert profile.date_order.stories == len(known)
    assert published(page, profile) == day


def test_what_another_claim_of_the_page_says_counts_before_the_habit() -> None:
    profile = learn_profile(MONTH_FIRST)
    page = dated(9, "Published 03/04/2024", ld="2024-04-03T08:00:00+02:00")
    assert published(page, profile) == "2024-04-03T08:00:00+02:00"


def test_an_order_that_pages_contradict_or_that_is_the_languages_own_is_not_learned() -> None:
    both = [*MONTH_FIRST, *(dated(20 + n, f"{13 + n}/05/2024") for n in range(4))]
    assert learn_profile(both).date_order is None
    usual = [dated(n, f"{13 + n}/05/2024") for n in range(6)]
    assert learn_profile(usual).date_order is None
    assert learn_profile(MONTH_FIRST[:2]).date_order is None


def told(number: int, month: int, offset: int) -> tuple[str, str]:
    """A story that tells its time twice: by the paper's clock, and in UTC."""
    return dated(
        number, f"{1 + number} {MONTHS[month - 1]} 2023, 14:05",
        ld=f"2023-{month:02}-{1 + number:02}T{14 - offset:02}:05:00Z",
    )  # fmt: skip


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
SUMMER_TIME = [told(n, month, 2 if month > 4 else 1) for n, month in enumerate((1, 2, 6, 7))]
NONE = [told(n, month, 3) for n, month in enumerate((1, 3, 5, 7))]


@pytest.mark.parametrize(
    ("known", "zone", "winter", "summer"),
    [
        (SUMMER_TIME, "Europe/Berlin", "+01:00", "+02:00"),
        (NONE, "+03:00", "+03:00", "+03:00"),
    ],
)
def test_the_clock_of_unmarked_times_is_learned_from_pages_that_show_both(
    known: list[tuple[str, str]], zone: str, winter: str, summer: str
) -> None:
    pages = [dated(8, "9 January 2023, 14:05"), dated(9, "9 August 2023, 14:05")]
    profile = learn_profile([*known, *pages])
    assert profile.time_zone is not None
    assert profile.time_zone.value == zone
    assert [published(page) for page in pages] == ["2023-01-09T14:05", "2023-08-09T14:05"]
    assert [published(page, profile) for page in pages] == [
        f"2023-01-09T14:05{winter}", f"2023-08-09T14:05{summer}",
    ]  # fmt: skip
    claim, *_ = extract(*pages[0], profile=profile).published_claims
    assert claim.source.startswith("profile:html:")


def test_a_clock_is_not_learned_of_one_season_nor_where_all_times_say_their_offset() -> None:
    unmarked = dated(9, "9 August 2023, 14:05")
    assert learn_profile([*(told(n, 6, 2) for n in range(5)), unmarked]).time_zone is None
    assert learn_profile(SUMMER_TIME).time_zone is None


def test_habits_are_written_read_back_and_part_of_the_rules() -> None:
    profile = learn_profile(MONTH_FIRST)
    again = read_profile(written(profile), "x")
    assert again.date_order == profile.date_order
    assert rules(again) == rules(profile) != ""
    by_hand = read_profile('date_order = "day first"\ntime_zone = "Asia/Tokyo"\n', "x")
    assert by_hand.date_order is not None
    assert by_hand.date_order.stories == 0
    assert published(dated(9, "03/04/2024 09:41", lang="en-US"), by_hand) == (
        "2024-04-03T09:41+09:00"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('date_order = "year first"', "is none of 'day first', 'month first'"),
        ('time_zone = "Mars/Olympus"', "is no time zone; write it as in 'Europe/Berlin'"),
        ('time_zone = "../../etc/passwd"', "is no time zone"),
        ("time_zone = 3", "is no text"),
        ('[date_order]\norder = "day first"', "has no value"),
    ],
)
def test_faulty_habits_are_told(tmp_path_factory: pytest.TempPathFactory, text: str, said: str
) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("p") / "x.toml"
    path.write_text(text)
    with pytest.raises(Exception, match=said):
        load_profile(path)
