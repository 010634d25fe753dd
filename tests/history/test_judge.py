"""What an answer is beside the story that is known at its address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.history.judge import Shown, judge
from crawler.history.notices import notice
from crawler.history.told import Told

TOWNS = ("Vellmar", "Tarnholt", "Arlemünde", "Kesterby", "Ostrow", "Lindqvist", "Harrow", "Pell")
BODY = "\n\n".join(
    f"The council of {town} met on day {n} and heard what the harbour there had brought in, and who"
    f" would buy it from whom for {n + 3} thousand crowns, as the mayor of {town} put it later."
    for n, town in enumerate(TOWNS)
)
STORY = Told(
    "Harbour is sold to an investor from abroad", BODY, standfirst="After four hundred years.",
    authors=("Otto Lindqvist",), published="2026-11-20T09:00:00+01:00",
)  # fmt: skip
FIRST_TWO = "\n\n".join(STORY.paragraphs[:2])
OTHER = "\n\n".join(
    f"In the woods of {town} a bear was seen {n + 2} times by walkers, who took pictures of it and"
    " sent them to the ranger; she says that it is a young one that looks for berries."
    for n, town in enumerate(TOWNS)
)


def shown(title: str, body: str, **more: object) -> Shown:
    return Shown(Told(title, body), is_article=len(body.split()) > 50, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "state",
    [
        STORY,
        replace(STORY, title="Council takes back the sale"),
        replace(STORY, body=BODY.replace("Pell", "Ostrava")),
        replace(STORY, body="\n\n".join(STORY.paragraphs[:6])),
        replace(STORY, body=BODY + "\n\n" + OTHER),
        replace(STORY, body=OTHER),  # written anew under its headline
        replace(STORY, title="Sale of the harbour is off", body=OTHER),  # of the same minute
        replace(STORY, title="Bear", body="\n\n".join(STORY.paragraphs[4:]) + "\n\n" + OTHER),
    ],
)
def test_states_of_the_story(state: Told) -> None:
    assert judge(STORY, Shown(state, True)) is None


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Please wait", "We are working on our pages. Come back in a few minutes. " * 5),
        ("Wartungsarbeiten", "Unsere Seite ist vorübergehend nicht erreichbar. " * 8),
        ("Harbour", ""),
        ("", "Nous revenons bientôt. Une maintenance est en cours, réessayez plus tard. " * 5),
        ("Just a moment...", "Checking your browser. Enable JavaScript to continue."),
        ("Inloggen", "Log in om verder te lezen. Nog geen account? Abonneer u nu."),
        ("Your privacy", "We and our 812 partners store cookies. Accept all. Manage options. " * 5),
        ("", ""),
        ("Harbour is sold to an investor from abroad", "Subscribe to read on. Already a member?"),
    ],
)
def test_what_stands_in_its_place_says_nothing_of_it(title: str, body: str) -> None:
    assert judge(STORY, shown(title, body)) in ("wall", "outage", "shell", "empty")


def test_what_is_not_there_and_what_was_taken_down() -> None:
    assert judge(STORY, shown("Oops", "We could not find it: this page does not exist.")) == (
        "soft 404"
    )
    notice_of_it = "Dieser Artikel wurde aus rechtlichen Gründen entfernt. " * 9
    assert judge(STORY, shown(STORY.title, notice_of_it)) == "taken down"
    assert judge(STORY, shown("Hinweis", notice_of_it)) == "taken down"


def test_another_story_is_told_from_a_notice() -> None:
    other = Told("Bear seen again", OTHER, authors=("Ada Brook",), published="2026-11-27T10:00Z")
    assert judge(STORY, Shown(other, True)) == "other story"
    assert judge(STORY, Shown(replace(other, authors=(), published=None), True)) != "other story"


@pytest.mark.parametrize(
    ("state", "access", "verdict"),
    [
        (FIRST_TWO, None, "teaser"),
        (FIRST_TWO + "\n\nSubscribe to read on.", None, "teaser"),
        ("\n\n".join(STORY.paragraphs[2:4]), None, "teaser"),
        ("\n\n".join(STORY.paragraphs[:6]), "teaser", "teaser"),
        ("\n\n".join(STORY.paragraphs[:6]), None, None),
        ("\n\n".join(STORY.paragraphs[:5]), "full", None),
        (FIRST_TWO + "\n\n" + OTHER, None, None),
    ],
)
def test_a_beginning_is_a_teaser(state: str, access: str | None, verdict: str | None) -> None:
    assert judge(STORY, Shown(replace(STORY, body=state), True, access)) == verdict


def test_nothing_is_decided_on_a_broken_answer() -> None:
    assert judge(STORY, Shown(replace(STORY, body=FIRST_TWO), True, is_broken=True)) == "broken"
    assert judge(STORY, Shown(None, is_broken=True)) == "broken"
    assert judge(STORY, Shown(STORY, True, is_broken=True)) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("La página que busca no existe.", "soft 404"),
        ("Cet article n’est plus disponible.", "taken down"),
        ("お探しのページは見つかりません", "soft 404"),
        ("Статья удалена по решению суда", "taken down"),
        ("Zaloguj się, aby czytać dalej", "wall"),
        ("Il sito è in manutenzione, riprova più tardi", "outage"),
        ("The mill turns again.", None),
    ],
)
def test_notices_in_many_languages(text: str, kind: str | None) -> None:
    assert notice(text) == kind
