"""How much a change means: what is counted, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.history.significance import Significance, Swap, significance
from crawler.history.story_words import Texts

PROSE = (
    "The council met in the town hall on a wet evening, and nobody had expected what came then. "
)
SENTENCES = st.lists(
    st.sampled_from(
        ["The mill is old. ", "12 were hurt. ", "“No,” said Ann Lee. ", "新华社 ", "x"]
    ),
    max_size=5,
).map("".join)


def of(before: str, after: str, language: str | None = "en") -> Significance:
    old, new = (
        Texts("A title", paragraphs=text.split("\n\n"), language=language)
        for text in (before, after)
    )
    return significance(old, new)


@given(st.lists(SENTENCES, max_size=4), st.lists(SENTENCES, max_size=4))
def test_what_is_counted_turns_around_with_the_texts(old: list[str], new: list[str]) -> None:
    there = significance(Texts(paragraphs=old), Texts(paragraphs=new))
    back = significance(Texts(paragraphs=new), Texts(paragraphs=old))
    assert 0 <= there.share <= 1
    assert (there.level == "typography") == (back.level == "typography")
    assert set(there.quotes.out) == set(back.quotes.new)
    assert (there.names is None) == (back.names is None)


@given(st.lists(SENTENCES, max_size=4))
def test_the_same_text_means_nothing(text: list[str]) -> None:
    told = significance(Texts(paragraphs=text), Texts(paragraphs=text))
    assert (told.level, told.words_added, told.words_removed, told.share) == ("typography", 0, 0, 0)


def test_words_that_only_stand_elsewhere_are_not_counted() -> None:
    text = [f"{n} is a paragraph of {n} with some words of its own {n}." for n in "abcd"]
    divided = "\n\n".join(text[0].split(" with ")) + "\n\n" + "\n\n".join(text[1:])
    told = of("\n\n".join(text), divided)
    assert (told.level, told.words_added, told.words_removed) == ("minor", 0, 1)
    told = of("\n\n".join(text), "\n\n".join(reversed(text)))
    assert (told.level, told.words_added, told.words_removed) == ("minor", 0, 0)


@pytest.mark.parametrize(
    ("before", "after", "out", "new"),
    [
        ("12 were hurt", "14 were hurt", ("12",), ("14",)),
        ("up 12.3% on the day", "up 12.4% on the day", ("12.3%",), ("12.4%",)),
        ("with 1,000 seats", "with 1.000 seats", (), ()),
        ("with 10 000 seats", "with 10000 seats", (), ()),
        ("with 12 seats", "with 12 % of the seats", (), ()),
        ("the A320 flew", "the A321 flew", ("A320",), ("A321",)),
        ("12 here and 14 there", "14 here and 12 there", (), ()),
        ("12 were hurt", "12 were hurt, and all 12 went home", (), ()),
        ("12 here; the 14 stay", "14 here; the 14 stay", ("12",), ("14",)),
        ("at -5 degrees", "at 5 degrees", ("-5",), ("5",)),
        ("on 2026-11-20", "on 2026-11-21", ("2026-11-20",), ("2026-11-21",)),
    ],
)
def test_numbers(before: str, after: str, out: tuple[str, ...], new: tuple[str, ...]) -> None:
    assert of(PROSE + before, PROSE + after).numbers == Swap(out, new)


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        ("He said “yes, we can” and left", "He said “no, we cannot” and left", 1),
        ("Er sagte „ja“", "Er sagte »ja« gern", 0),
        ("il dit « oui » hier", "il dit « non » hier", 1),
        ("他说“好”", "他说“不好”", 1),
        ("彼は「はい」と言った", "彼は「いいえ」と言った", 1),
        ("He said 'yes' then", "He said 'no' then", 1),
        ("It's Ann's, and they're here", "It's Ann's, and they were here", 0),
        ("He called it a triumph", "He called it a “triumph”", 1),
        ("“First, it rains.\n\n“Then it pours.”", "“First, it rains.\n\n“Then it stops.”", 1),
    ],
)
def test_quotes(before: str, after: str, number: int) -> None:
    assert of(PROSE + before, PROSE + after).quotes_changed == number


@pytest.mark.parametrize(
    ("language", "before", "after", "out", "new"),
    [
        ("en", "said Ann Lee in May", "said Bo Lee in May", ("Ann",), ("Bo",)),
        ("en", "they met. Nobody spoke", "they met. Everybody spoke", (), ()),
        ("en", "then Dr. Lee spoke", "then Dr. Kim spoke", ("Lee",), ("Kim",)),
        ("en", "the house of Lee", "the house of Lee's", (), ()),
        ("en", "Lee left, said Lee", "Kim left, said Kim", ("Lee",), ("Kim",)),
        ("en", "the mill", "the Mill", (), ("Mill",)),
        ("de", "sagte die Ministerin dem Sender", "sagte der Minister der Zeitung", (), ()),
        ("de", "sagte Karl Lang", "sagte Olaf Kurz", ("Karl Lang",), ("Olaf Kurz",)),
        ("fr", "dans l’Aisne", "dans l’Yonne", ("Aisne",), ("Yonne",)),
        ("ru", "сказал Иван Соколов", "сказал Пётр Соколов", ("Иван",), ("Пётр",)),
        ("el", "είπε ο Νίκος", "είπε ο Πέτρος", ("Νίκος",), ("Πέτρος",)),
    ],
)
def test_names(
    language: str, before: str, after: str, out: tuple[str, ...], new: tuple[str, ...]
) -> None:
    assert of(before, after, language).names == Swap(out, new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("市长周一表示", "市长周二表示"),
        ("قال الوزير نعم", "قال الوزير لا"),
        ("महापौर ने कहा", "महापौर ने पूछा"),
        ("მერმა თქვა", "მერმა უთხრა"),
    ],
)
def test_scripts_without_capitals_tell_no_names(before: str, after: str) -> None:
    told = significance(Texts(before), Texts(after))
    assert told.names is None
    assert told.names_changed is None


def test_a_headline_of_capitals_is_not_all_names() -> None:
    old = Texts("Council Votes To Close School", paragraphs=[PROSE])
    new = Texts("Council Votes To Shut Down Academy", paragraphs=[PROSE])
    told = significance(old, new)
    assert told.names == Swap()
    assert (told.words_removed, told.words_added) == (2, 3)


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ("He said \"no\" - twice...", "He said “no” – twice…", "typography"),
        (PROSE * 4, PROSE * 3 + "\n\n" + PROSE, "typography"),
        (PROSE * 4 + "It is teh end.", PROSE * 4 + "It is the end.", "minor"),
        (PROSE * 4 + "It is so.", PROSE * 4 + "It is not so.", "minor"),
        (PROSE * 4, PROSE * 4 + "And it went on until the morning came.", "substantial"),
        (PROSE * 40, PROSE * 40 + "It went on until late.", "minor"),
        (PROSE * 4 + "All 12 left.", PROSE * 4 + "All 13 left.", "substantial"),
    ],
)  # fmt: skip
def test_levels(before: str, after: str, level: str) -> None:
    assert of(before, after).level == level


def test_captions_title_and_standfirst_count() -> None:
    old = Texts("Mill shut", "It is old.", [PROSE], ["The mill in 1990"])
    told = significance(old, Texts("Mill open", "It is new.", [PROSE], ["The mill in 1991"]))
    assert (told.words_added, told.words_removed) == (3, 3)
    assert told.numbers == Swap(("1990",), ("1991",))


def test_a_huge_text_takes_a_bounded_number_of_steps() -> None:
    """Every word of it is looked at a few times, also where it repeats itself without end."""
    old, new = "the same again 5 " * 20_000, "again the same 6 " * 20_000
    assert of(old, new).level == "substantial"
