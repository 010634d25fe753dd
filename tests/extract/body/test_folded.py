"""What a page folds away until the reader opens it is read, if it is the story's; menus are not."""

from __future__ import annotations

import pytest

from crawler.extract import extract

URL = "https://paper.example/river/2024/questions-about-the-lock"
STORY = [
    "The lock at Tarnholt is shut since Monday, and eleven barges wait below it for the water.",
    "A beam of the lower gate broke in the night; the keeper heard it from his bed, he says.",
    "Until it is mended the grain goes by cart, at twice the price and at half the pace.",
]
ANSWERS = [
    f"The {n} answer is that nobody knows, for the book in which it was written lies in the water."
    for n in ("first", "second", "third", "fourth", "fifth")
]
FOLDED = {
    "a button by id": "<h3><button aria-controls=a{n}>Pregunta {n}</button></h3>"
    "<div id=a{n} hidden><p>{text}</p></div>",
    "a heading that opens": "<section><h3 aria-expanded=false>Frage {n}</h3>"
    "<div aria-hidden=true><p>{text}</p></div></section>",
    "pages of which one is shown": "<div class='page{hidden}'><h3>Side {n}</h3><p>{text}</p></div>",
}


def read(pieces: str) -> list[str]:
    story = "".join(f"<p>{text}</p>" for text in STORY)
    html = f"<html><body><article><h1>The lock</h1>{story}{pieces}</article></body></html>"
    return extract(html.encode(), URL).article.body.split("\n\n")


@pytest.mark.parametrize("folded", FOLDED.values(), ids=FOLDED.keys())
def test_answers_behind_their_questions_are_read(folded: str) -> None:
    parts = "".join(
        folded.format(n=n, text=text, hidden=" hidden" if n else "")
        for n, text in enumerate(ANSWERS)
    )
    assert [text for text in read(parts) if text in ANSWERS] == ANSWERS


@pytest.mark.parametrize(
    "rest",
    [
        "<div class=more style='display:none'>{}</div><button>Read more</button>",
        "<a href='#'>Weiterlesen</a><div hidden>{}</div>",
        "<section hidden>{}</section><p><a href='javascript:open()'>Seguir leyendo</a></p>",
        "<div hidden>{}</div><div><span>続きを読む</span></div>",
        "<div hidden>{}</div><button>Devamını oku</button>",
        "<div hidden>{}</div><button>Читать далее ▼</button>",
        "<div hidden>{}</div><button>اقرأ المزيد</button>",
    ],
)
def test_the_rest_of_a_story_behind_a_button_is_read(rest: str) -> None:
    assert read(rest.format("".join(f"<p>{text}</p>" for text in ANSWERS))) == [*STORY, *ANSWERS]


@pytest.mark.parametrize(
    "hidden",
    [
        "<div hidden><p>{}</p></div>",
        "<div hidden><p>{}</p></div><p><a href='/river/more'>Read more</a></p>",
        "<div hidden><p>{}</p></div><button>Related stories</button>",
        "<div hidden><p>{}</p></div><button>You may also like</button>",
        "<div hidden><p>{}</p></div><button>Lees ook</button>",
        "<div hidden><p>{}</p></div><button>Читайте также</button>",
        "<button aria-controls=x>Menu</button><div id=y hidden><p>{}</p></div>",
        "<button aria-controls=x>Comments</button><div id=x class=comments hidden><p>{}</p></div>",
        "<button aria-controls=x>Sign in</button><div id=x role=dialog hidden><p>{}</p></div>",
        "<div class=note hidden><p>{}</p></div><div class=note hidden><p>None.</p></div>",
    ],
)
def test_what_nothing_opens_or_is_named_for_others_stays_hidden(hidden: str) -> None:
    assert read(hidden.format(ANSWERS[0])) == STORY
