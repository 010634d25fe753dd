from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.story_urls import is_page, priority

STORIES = [
    "/2021/07/14/minister-resigns-after-vote/",
    "/2021/07/minister-resigns/",
    "/news/minister-resigns-after-vote-1234567.html",
    "/politics/minister_resigns_after_vote.ece",
    "/politik/ministerin-tritt-zurueck/12345678",
    "/a/minister-resigns-after-long-vote",
    "/?p=12345",
    "/article/a1234567",
    "/c/2021-07/14/c_1127654321.htm",
    "/haber/bakan-istifa-etti-123456",
]
OTHERS = [
    "/", "/politics/", "/tag/politics/", "/category/world/page/7/", "/author/ann-lee-smith/",
    "/about-us/", "/privacy-policy/", "/2021/07/14/", "/2021/", "/video/", "/contact",
    "/page/3/", "/subscribe/our-best-offers-for-you/",
]  # fmt: skip
NO_PAGES = [
    "/a.jpg", "/report.PDF", "/x.zip", "/style.css", "/app.js?v=2", "/feed/", "/comments/feed/",
    "/2021/07/a-story/feed/", "/rss.xml", "/wp-json/wp/v2/posts", "/wp-login.php", "/xmlrpc.php",
    "/login", "/account/login?x=1", "/search?q=vote", "/?s=vote", "/search/vote/",
    "/a/print/", "/a-story/?share=mail", "/a-story/?replytocom=7", "/a-story?print=1",
    "/share?x=y",
    "/submit?url=https%3A%2F%2Fnews.example%2Fa",
]  # fmt: skip


@pytest.mark.parametrize("path", STORIES)
def test_addresses_of_stories_come_before_all_others(path):
    url = "https://news.example" + path
    assert is_page(url)
    assert priority(url) >= 20 > max(priority("https://news.example" + other) for other in OTHERS)


@pytest.mark.parametrize("path", OTHERS)
def test_listings_and_service_pages_come_last_but_are_pages(path):
    assert is_page("https://news.example" + path)
    assert -100 < priority("https://news.example" + path) < 0


@pytest.mark.parametrize("path", NO_PAGES)
def test_files_and_endpoints_are_no_pages(path):
    assert not is_page("https://news.example" + path)
    assert priority("https://news.example" + path) == -100


@pytest.mark.parametrize(
    "path",
    [
        "/search-for-missing-boat-goes-on",
        "/news/login-page-hacked",
        "/recherche/des-chercheurs-trouvent-une-planete",
        "/print-is-not-dead.html",
        "/story.php?id=7",
        "/v1.2-released",
        "/sport/feed-the-birds/",
    ],
)
def test_a_word_within_a_slug_does_not_make_an_endpoint(path):
    assert is_page("https://news.example" + path)


@pytest.mark.parametrize(
    "url", ["", "mailto:x@news.example", "ftp://news.example/a", "https://[", "a"]
)
def test_what_is_no_web_address_is_no_page(url):
    assert not is_page(url)


def test_a_headline_as_link_text_raises_the_priority_and_a_single_word_lowers_it():
    url = "https://news.example/politics/x7"
    headline = "Minister resigns after a long night of votes"
    assert priority(url, headline) > priority(url) > priority(url, "Politics")


def test_a_second_edition_of_a_story_comes_after_the_story():
    url = "https://news.example/2021/07/14/minister-resigns-after-vote/"
    assert priority(url) > priority(url + "amp/") > priority("https://news.example/tag/politics/")


@given(st.text(max_size=200), st.text(max_size=50) | st.none())
def test_no_address_raises(text, title):
    for url in (text, "https://news.example/" + text, "https://" + text):
        assert -100 <= priority(url, title) <= 100
