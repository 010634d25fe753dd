"""Stories always, lists while they lead to some, traps never."""

from __future__ import annotations

import pytest

from crawler.archive.outcomes import Learned
from crawler.frontier import budget


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x/y/x/y/x/y",
        "https://a.example/news/news/news/story",
        "https://a.example/" + "a/b/c/d/e/f/g/h/" + "i/j/k/l/m/n/o",
        "https://a.example/list?a=1&b=2&c=3&d=4&e=5&f=6&g=7",
        "https://a.example/?q=" + "x" * 2_000,
    ],
)
def test_endless_addresses_are_told_by_their_looks(url: str) -> None:
    assert budget.trap(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/2024/05/05/5/minister-resigns-after-vote",
        "https://a.example/sport/fussball/bundesliga/2024/tabelle-der-liga.html",
        "https://a.example/story.php?section=1&id=2&lang=en",
        "https://a.example/en/news/europe/en/minister-resigns",
        "https://a.example/",
    ],
)
def test_addresses_of_stories_are_none(url: str) -> None:
    assert budget.trap(url) is None


def visits_of_a_trap(learned: Learned) -> int:
    """How many pages of one shape are fetched if none ever leads to anything."""
    count = 0
    while budget.story_chance(0, learned) >= 0.5 or budget.credit(learned, 0, 0) >= 1:
        count += 1
        learned = Learned(
            learned.visits + 1, 0, 0, learned.site_stories, learned.listed_stories,
            learned.listing_visits + 1, learned.listing_led_to,
        )  # fmt: skip
    return count


def test_a_calendar_without_end_costs_a_few_visits() -> None:
    busy = Learned(site_stories=5_000, listing_visits=400, listing_led_to=5_000)
    assert 1 <= visits_of_a_trap(busy) <= 9


def test_a_site_with_a_sound_sitemap_is_not_walked_page_by_page() -> None:
    sound = Learned(site_stories=1_000, listed_stories=990)
    assert visits_of_a_trap(sound) <= 5
    assert budget.credit(Learned(0, 0, 0, 1_000, 990, 245, 0), 0, 0) < 1


def test_lists_that_lead_to_stories_are_walked_to_their_end() -> None:
    learned = Learned(
        visits=40, led_to=400, site_stories=400, listing_visits=60, listing_led_to=400
    )
    assert budget.credit(learned, 3, 5) >= 1


def test_what_is_under_way_counts_as_spent() -> None:
    learned = Learned(visits=2, site_stories=100)
    assert budget.credit(learned, 0, 0) >= 1 > budget.credit(learned, 6, 6)


def test_looks_count_until_visits_tell() -> None:
    assert budget.story_chance(60, Learned()) > 0.5
    assert budget.story_chance(60, Learned(visits=10)) < 0.5
    assert budget.story_chance(-40, Learned(visits=6, stories=6)) > 0.5


def test_what_sitemaps_list_is_fetched_whatever_it_looks_like_but_for_tags() -> None:
    assert budget.story_chance(-15, Learned(), listed=True) >= 0.5
    assert budget.story_chance(-15, Learned(visits=8), listed=True) < 0.5
    assert budget.story_chance(-40, Learned(), listed=True) < 0.5


def test_days_whose_stories_are_known_do_not_keep_the_days_before_from_being_looked_at() -> None:
    """A hundred stories, the newest of them on the home page and in sections, too."""
    learned = Learned(42, 0, 17, 77, 0, 55, 62)
    assert budget.credit(learned, 0, 0) < 1
    assert budget.credit(learned, 0, 0, dated=True) >= 30
    endless = Learned(200, 0, 0, 1_000, 0, 300, 900)
    assert budget.credit(endless, 0, 0, dated=True) < 1
