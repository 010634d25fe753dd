"""Names in class and id, and the links that need no parsing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.markup.boilerplate import named_noise
from crawler.extract.page import Document
from crawler.extract.page.document import PLAIN
from crawler.urls import absolute
from tests.examples import at_least


@pytest.mark.parametrize(
    "names",
    [
        "related-posts",
        "shareBar",
        "comments-area",
        "sidebar",
        "newsletter__form",
        "article-content__sign-in-group",
        "ad ad-slot",
    ],
)
def test_names_of_boilerplate_are_known(names: str) -> None:
    assert named_noise(names)


@pytest.mark.parametrize(
    "names",
    [
        "article-body",
        "has-sidebar",
        "no-comments",
        "css-1x2y3z",
        "col-md-8",
        "adaptive",
        "sidebar-grid__article-body",
        "",
    ],
)
def test_names_of_layout_and_story_are_no_boilerplate(names: str) -> None:
    assert not named_noise(names)


@at_least(300)
@given(st.from_regex(PLAIN, fullmatch=True))
def test_plain_links_are_what_the_full_reading_makes_of_them(href: str) -> None:
    base = "https://paper.example/a/b?c"
    assert Document(b"<p>", base).address(href) == absolute(base, href)
    assert Document(b"<p>", base).address(href + "#top") == absolute(base, href + "#top")
