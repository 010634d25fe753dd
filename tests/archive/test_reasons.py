"""Reasons are data: a code and a subject, beside words that nobody reads back."""

from __future__ import annotations

import gzip
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.archive import database, why
from crawler.archive.past import reasons as then
from crawler.archive.queries import status
from crawler.archive.store import Store
from crawler.reasons import (
    NOT_ARTICLE,
    WITH_ADDRESS,
    Reason,
    because,
    in_words,
    is_known,
    reasons_in_words,
)

from .conftest import MakeVisit

ROOT = Path(__file__).resolve().parents[2]
OLD = Path(__file__).parent / "old"
URL = "https://news.example/a"


def test_each_code_has_words_of_its_own() -> None:
    said = [words for _, words in reasons_in_words()]
    assert len(set(said)) == len(said)
    assert all(is_known(code) for code in WITH_ADDRESS)
    with pytest.raises(KeyError):
        because("no_such_code")


def test_reasons_that_differ_in_an_address_are_of_one_kind() -> None:
    one, other = (because("other_address", f"{URL}{n}") for n in range(2))
    assert one != other
    assert one.kind == other.kind
    assert because("http_status", 404).kind != because("http_status", 410).kind


def test_a_reason_of_a_later_version_says_what_it_can() -> None:
    assert str(Reason("eclipse", "of the moon")) == "eclipse: of the moon"


@pytest.mark.parametrize("code", sorted(then._WORDS))
def test_words_of_then_are_read_as_data(code: str) -> None:
    words = then._WORDS[code]
    subject = {"no_article": "a listing of stories"}.get(code, "x") if "{}" in words else None
    read = then.parse(words.replace("{}", subject or ""))
    assert read == Reason(code, {"no_article": "listing"}.get(code, subject))
    assert is_known(code)


def test_what_was_said_of_no_article_then_is_said_now() -> None:
    said = {code: words for words, code in then._NOT_ARTICLE.items()}
    assert said == {code: NOT_ARTICLE[code] for code in said}


def test_other_words_are_kept_as_they_are() -> None:
    assert then.parse("a wonder") == Reason("other", "a wonder")
    assert str(then.parse("a wonder")) == "a wonder"
    both = "read in part: it ends early; 3 further lists left out: the last 5 on the way told of no"
    assert then.parse(f"{both} story").code == "row_ended"


def test_an_old_archive_gets_codes_for_its_words(tmp_path: Path) -> None:
    data = gzip.decompress((OLD / "m015.db.gz").read_bytes())
    (tmp_path / database.FILE_NAME).write_bytes(data)
    with closing(database.open_for_writing(tmp_path)) as db:
        rows = list(db.query("SELECT DISTINCT reason, reason_code, reason_subject FROM urls"))
        assert len(rows) > 5
        for row in rows:
            reason = why.told(row["reason_code"], row["reason_subject"])
            assert why.columns(reason)[0] == row["reason"]
            assert reason is None or reason.code != "other"


def test_what_could_not_be_read_again_gets_a_code(tmp_path: Path) -> None:
    data = gzip.decompress((OLD / "m015.db.gz").read_bytes())
    (tmp_path / database.FILE_NAME).write_bytes(data)
    outcomes = ["changed", "unchanged", "superseded", "no article: a front page", "w.gz: no file"]
    with closing(sqlite3.connect(tmp_path / database.FILE_NAME)) as connection:
        connection.executemany(
            "INSERT INTO rereadings SELECT id, revision_id, ?, ? FROM articles WHERE id = 1",
            enumerate(outcomes),
        )
        connection.commit()
    with closing(database.open_for_writing(tmp_path)) as db:
        rows = db.execute("SELECT reason_code, reason_subject FROM rereadings ORDER BY extractor")
        none = (None, None)
        assert rows.fetchall() == [
            none, none, none, ("no_article", "front_page"), ("other", "w.gz: no file"),
        ]  # fmt: skip


def test_the_status_counts_by_code(store: Store, make_visit: MakeVisit) -> None:
    store.record([
        make_visit(f"{URL}{n}", reason=because("same_text", f"{URL}{n}0")) for n in range(3)
    ])  # fmt: skip
    store.record([
        make_visit(f"{URL}b{n}", state="gone", reason=because("http_status", 404 + 6 * (n % 2)))
        for n in range(3)
    ])  # fmt: skip
    store.record([make_visit(f"{URL}c")])
    found = [(row["urls"], row["state"], row["code"], row["reason"])
             for row in status(store.db).reasons]  # fmt: skip
    assert found == [
        (3, "done", "same_text", "same text as …"),
        (2, "gone", "http_status", "HTTP 404"),
        (1, "done", None, None),
        (1, "gone", "http_status", "HTTP 410"),
    ]


def test_the_status_sorts_nothing(store: Store) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    status(store.db)
    store.db.conn.set_trace_callback(None)
    (sql,) = [each for each in asked if "FROM not_archived" in each]
    plan = " ".join(row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert plan.count("urls_not_archived") == 2
    assert "TEMP B-TREE" not in plan


_BY_TRIGGER = "reason = 'taken down', reason_code = 'taken_down'"


def test_words_are_made_in_one_place_and_read_in_one() -> None:
    """No SQL and no code compares the words of a reason."""
    prose = re.compile(
        r"\breason\b[^_\n]{0,12}(?:LIKE|=\s*'|<>\s*')|reason\.startswith|in reason\b"
    )
    for top in ("crawler", "spiders", "pipelines"):
        for path in (ROOT / top).rglob("*"):
            if path.suffix in (".py", ".sql") and "past" not in path.parts:
                sql = path.read_text(encoding="utf-8").replace(_BY_TRIGGER, "")
                assert not prose.search(sql), path
    # a trigger cannot ask for them
    assert f"'{because('taken_down')}'" in _BY_TRIGGER


def test_faults_are_said_without_python() -> None:
    assert in_words(MemoryError()) == "not enough memory"
