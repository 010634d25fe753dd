"""The documentation shows what the code does."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from crawler.archive.database import open_for_reading
from crawler.archive.describe import DESCRIPTIONS
from crawler.archive.describe_computed import COMPUTED
from crawler.archive.schema_page import schema_markdown
from docs import graph_picture
from docs.build import NOTEBOOK, READERS, notebook, readme
from docs.build import PAGES as WITH_OUTPUT

from .conftest import ROOT, Archived

QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "query.md").read_text(), re.DOTALL)
PUBLIC = {name for name in DESCRIPTIONS if not name.startswith("_")}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_cookbook_answers_thirty_questions_from_what_is_documented(archived: Archived) -> None:
    page = (ROOT / "docs" / "query.md").read_text(encoding="utf-8")
    assert len(QUERIES) >= 30
    assert len(QUERIES) == page.count("### ") == page.count("<!-- output -->")
    # of what the demo has none: copies across papers, stories taken down, responses of no story
    assert page.count("(no rows)") == 3
    for sql in QUERIES:
        read = tables_read(archived.folder, sql)
        assert {
            name for name in read if not name.startswith(("stories_fts", "sqlite_"))
        } <= PUBLIC, sql


def tables_read(folder: Path, sql: str) -> set[str]:
    """The tables and views that a query names, without those that views are made of."""
    read = set()

    def note(action: int, table: str | None, column: object, _: object, view: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table and view is None:
            read.add(table)
        return sqlite3.SQLITE_OK

    with open_for_reading(folder) as db:
        db.conn.set_authorizer(note)
        db.execute(sql).fetchall()
        db.conn.set_authorizer(None)
    return read


def test_a_column_of_a_view_has_the_type_that_is_documented(archived: Archived) -> None:
    with open_for_reading(archived.folder) as db:
        for view in db.views:
            sections = schema_markdown(db).split(f"\n## {view.name} (view)\n")[1].split("\n## ")
            types = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", sections[0], re.MULTILINE))
            assert list(types) == [column.name for column in view.columns]
            for column, type_ in types.items():
                found = db.execute(f"SELECT DISTINCT typeof({column}) FROM {view.name}").fetchall()
                assert {each for (each,) in found} <= {type_, "null"}, f"{view.name}.{column}"
            computed = COMPUTED.get(view.name, {})
            assert {column.name for column in view.columns if not column.type} <= set(computed)


def steady(text: str) -> str:
    """A page without what differs from run to run: whether a story's second address was asked for
    before it was known to be one depends on which answer came first."""
    text = re.sub(r"Run (\d+) of .* UTC", r"Run \1 …", text)  # when it was
    text = re.sub(r"[\dT:-]{19}\.\d{6}\+00:00", "…", text)
    text = re.sub(r"sha256:\w{52}", "sha256:…", text)  # pages name the port that they come from
    return re.sub(r"\d+ unchanged; \d+ captures", "… unchanged; … captures", text)


def test_the_documentation_shows_the_real_output_and_the_real_graph(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    for page in WITH_OUTPUT:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert "<!-- output -->" in text
        assert steady(readme(text, archive)) == steady(text), "run `make docs`"
    with open_for_reading(archive) as db:
        drawn = graph_picture.picture(db)
    shown = (ROOT / "docs" / "images" / "graph.svg").read_text(encoding="utf-8")
    assert drawn == shown, "run `make docs`"
    if not READERS.exists():
        pytest.fail("the tools that the notebook needs are not installed: make reader-tools")
    text = (ROOT / NOTEBOOK).read_text(encoding="utf-8")
    assert notebook(text, archive) == text, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
