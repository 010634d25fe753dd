"""Pages in any encoding, declared rightly, wrongly or not at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import extract
from crawler.extract.page.encoding import codec, decode, utf8
from crawler.extract.page.mojibake import mended
from tests.examples import at_least

GERMAN = "Köln übt für größere Straßenbahnen, während die Fähre überprüft wird. " * 6
RUSSIAN = "Паром в Тарнхольт снова остановился, и никто не знает почему. " * 6
JAPANESE = "フェリーはまた止まった。理由は誰も知らない。町の人々は橋を歩いて渡った。" * 6
CHINESE = "渡轮又停了，没有人知道为什么。居民们步行过桥，学校照常上课。" * 6
KOREAN = "페리가 다시 멈췄고 아무도 그 이유를 모른다. 주민들은 다리를 걸어서 건넜다. " * 6
POLISH = "Prom do Tarnholtu znów stanął i nikt nie wie dlaczego, choć wójt już pytał o źródła. " * 6
GREEK = "Το πλοίο σταμάτησε ξανά και κανείς δεν ξέρει γιατί. Οι κάτοικοι πέρασαν τη γέφυρα. " * 6
TURKISH = (
    "Vapur yine durdu, kimse nedenini bilmiyor; çocuklar köprüden geçip okula gitti, ışık vardı. "
    * 6
)


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}<title>Ferry</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        (GERMAN, "cp1252", "ISO-8859-1"),
        (GERMAN, "cp1252", "us-ascii"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "cp1251", "x-cp1251"),
        (RUSSIAN, "koi8-r", "koi8"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "cp932", "x-sjis"),
        (JAPANESE, "euc_jp", "x-euc-jp"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "big5hkscs", "big5"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (KOREAN, "cp949", "windows-949"),
        (TURKISH, "cp1254", "iso-8859-9"),
        (GREEK, "iso8859-7", "iso88597"),
        (POLISH, "iso8859-2", "iso-8859-2"),
    ],
)
def test_a_declared_encoding_is_read_by_the_standards_label(
    text: str, encoding: str, label: str
) -> None:
    text = text.encode(encoding, "ignore").decode(encoding)
    for head in (
        f"<meta charset='{label}'>",
        f"<meta http-equiv=Content-Type content='text/html; charset={label}'>",
        f"<script>{'x = 1; ' * 1000}</script><meta charset={label}>",  # beyond the prescan
    ):
        assert decode(page(text, head).encode(encoding)) == page(text, head)
    header = f"text/html; charset={label}"
    lying = "<meta charset=iso-8859-15>"
    assert decode(page(text, lying).encode(encoding), header) == page(text, lying)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"), (CHINESE, "gb18030"), (KOREAN, "cp949"), (POLISH, "cp1250"),
        (GREEK, "cp1253"), (TURKISH, "cp1254"),
    ],
)  # fmt: skip
def test_an_encoding_that_is_not_declared_or_is_not_utf8_as_said_is_told_by_its_letters(
    text: str, encoding: str
) -> None:
    text = text.encode(encoding, "ignore").decode(encoding)
    for head in ("", "<meta charset=utf-8>", "<meta charset=klingon>"):
        assert decode(page(text, head).encode(encoding)) == page(text, head)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_wide_encodings_and_marks_of_order(encoding: str) -> None:
    assert decode(page(GERMAN).encode(encoding)) == page(GERMAN)
    assert decode(page(RUSSIAN).encode(encoding), "text/html; charset=cp1252") == page(RUSSIAN)


def test_utf16_in_a_meta_element_means_utf8() -> None:
    html = page(GERMAN, "<meta charset=utf-16>")
    assert decode(html.encode()) == html
    broken = html.encode() + b"\xff"
    assert "größere" in decode(broken)


def test_bytes_that_are_utf8_are_so_whatever_is_said() -> None:
    html = page(GERMAN, "<meta charset=iso-8859-1>")
    assert decode(html.encode(), "text/html; charset=gb2312") == html


def test_a_page_cut_within_a_letter_or_with_some_bad_bytes_stays_utf8() -> None:
    assert decode(page(RUSSIAN).encode()[:-20][:-1] + "я".encode()[:1]).startswith("<html>")
    html = page(RUSSIAN).encode().replace("и никто".encode(), b"\xe8 \xed\xe8\xea\xf2\xee", 1)
    assert "остановился" in decode(html)


def test_a_multibyte_label_that_reads_nothing_is_not_believed() -> None:
    html = page(RUSSIAN, "<meta charset=euc-jp>").encode("cp1251")
    assert "Паром" in decode(html)


def test_labels_that_the_standard_forbids_are_unknown() -> None:
    assert [
        codec(x) for x in ("utf-7", "hz-gb-2312", "iso-2022-kr", "base64", "rot13", "", None)
    ] == [None] * 7


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("KÃ¶ln Ã¼bt fÃ¼r Ã¼bermorgen", "Köln übt für übermorgen"),
        ("the mayorâ€™s â€œfinalâ€\x9d answer", "the mayor’s “final” answer"),
        ("CopyrightÂ© Courier, perÃ³n", "Copyright© Courier, perón"),
    ],
)
def test_mojibake_is_mended(wrong: str, right: str) -> None:
    assert mended(page(wrong).encode()).decode() == page(right)
    mixed = "<p>Über die Fähre</p>"  # a template in order around a text that is not
    assert mended((mixed + page(wrong)).encode()).decode() == mixed + page(right)


def test_russian_read_as_windows_1251_is_mended() -> None:
    wrong = RUSSIAN.encode().decode("cp1251", "ignore").encode()
    assert "Паром" in mended(b"<title>" + wrong + b"</title>").decode()


@pytest.mark.parametrize(
    "text",
    ["«Il est allé» à la plage", "NÃO É ÂNGULO", "„Spaß“ und Ö“", "été…  à demain", "Ñandú “Ñ”",
     "Ça va – été – là", "ÄÖÜ äöü ß", "Прощай, СССР! Рёбра «Р», С…", "naïve Åland Ø"],
)  # fmt: skip
def test_text_that_only_looks_odd_is_left_alone(text: str) -> None:
    assert mended(page(text).encode()).decode() == page(text)


def test_a_wholly_misread_page_is_mended_in_its_title_and_body() -> None:
    html = page(GERMAN).replace("Ferry", GERMAN[:22])
    wrong = html.encode().decode("cp1252").encode()
    read = extract(wrong, "https://courier.example/a").article
    assert "größere Straßenbahnen" in read.body
    assert read.title is not None
    assert read.title.startswith("Köln übt")


def test_a_page_full_of_sequences_is_mended_in_bounded_time() -> None:
    for text in ("Ã¶", "Ã¶ ы ", "<p>Ã¶ы", "РџСЂРё ж "):
        html = (text * 400_000).encode()[:3_000_000]
        start = time.process_time()
        mended(html)
        assert time.process_time() - start < 1.5, text


@at_least(200)
@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=x", "a;charset=utf-16"]))
def test_any_bytes_become_text(html: bytes, content_type: str | None) -> None:
    decode(html, content_type)
    utf8(html, content_type).decode("utf-8")


@at_least(200)
@given(st.text(max_size=200))
def test_any_text_in_utf8_stays_what_it_is_unless_it_is_mojibake(text: str) -> None:
    html = text.encode("utf-8", "replace")
    if "Ã" not in text and "Â" not in text and "Р" not in text and "â" not in text:
        assert mended(html) == html or any("\u00c2" <= c <= "\u00f4" for c in text)
