"""The documentation shows what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.archive.database import open_for_reading
from crawler.archive.describe_computed import COMPUTED
from crawler.archive.schema_page import schema_markdown
from docs import graph_picture
from docs.build import PAGES as WITH_OUTPUT
from docs.build import readme

from .conftest import ROOT, Archived

QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "query.md").read_text(), re.DOTALL)
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("sql", QUERIES, ids=lambda sql: " ".join(sql.split())[:50])
def test_a_query_of_the_cookbook_runs(archived: Archived, sql: str) -> None:
    rows = archived.rows(sql)
    # of what changed and what vanished a first crawl knows nothing
    assert rows or re.search("revisions > 1|edited_stories|gone_stories|story_events|verdicts", sql)


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
