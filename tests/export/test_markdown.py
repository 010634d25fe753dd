"""A page of each story, that Obsidian and generators of sites read, and that nothing in a story can
make into something else."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from crawler.export.file_names import story_path
from crawler.export.front_matter import front_matter
from crawler.export.markdown import safe_markdown
from tests.examples import at_least
from tests.system.conftest import run_scrapy

from .conftest import NEWS, STORIES

yaml = pytest.importorskip("yaml")  # comes with Datasette

Pages = dict[str, tuple[Path, dict[str, Any], str]]
"""File, front matter and body of each page, by the story's address."""
MARKS = st.text(st.sampled_from("a` \n\r<>/!-=[](){}%:\\~\t1.#&\"'"), max_size=60)
LINES = st.lists(
    st.sampled_from(
        ["```", " ```", "    ```", "````", "```x", "\t```", "~~~", "- ```", "> ```", "- ~~~",
         "1. a", "<b>", "  <b>", "<!--", "-->", "a `", "` <b>", "[a", "](b)", "[a]: b",
         "[a\n]: b", "", "    a", "- a", "  ```  "]
    ),
    max_size=9,
).map("\n".join)  # fmt: skip


@pytest.fixture(scope="module")
def pages(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("markdown") / "vault"
    done = run_scrapy("export", "markdown", str(archive), "-o", str(folder))
    assert done.returncode == 0, done.stderr
    return folder / "data" / "stories"


def read(text: str) -> tuple[dict[str, Any], str]:
    """Front matter and body, as generators part them."""
    _, head, body = re.split(r"^---$", text, maxsplit=2, flags=re.MULTILINE)
    return yaml.safe_load(head), body


@pytest.fixture
def by_source(pages: Path) -> Pages:
    found = {}
    for path in pages.rglob("*.md"):
        facts, body = read(path.read_text(encoding="utf-8"))
        found[facts["source"]] = (path, facts, body)
    return found


def test_a_page_for_each_story_by_newspaper_and_year(pages: Path, by_source: Pages) -> None:
    assert len(by_source) == len(STORIES)
    names = {path.relative_to(pages).as_posix() for path, _, _ in by_source.values()}
    assert {name.rpartition("/")[0] for name in names} == {
        "news.example/2024", "news.example/2025", "news.example/2026", "news.example/undated",
        "gazette.example/0001", "gazette.example/2026",
    }  # fmt: skip
    path, _, _ = by_source[f"{NEWS}/flood"]
    assert re.fullmatch(r"2026-01-05-flood-the-very-worst-[0-9a-f]{12}\.md", path.name)


def test_front_matter_tells_what_is_known(by_source: Pages) -> None:
    _, facts, _ = by_source[f"{NEWS}/flood"]
    assert facts["title"] == "Flood, “the very worst”"
    assert facts["date"] == datetime.fromisoformat("2026-01-05T08:30:00+01:00")
    assert facts["authors"] == ["Ada Brook", "José Núñez, M.P."]
    assert facts["tags"] == ["river; mills", "wéather"]
    assert facts["description"] == "Line one\nline two"
    assert (facts["site"], facts["language"], facts["section"]) == ("news.example", "en", "News")
    assert (facts["record"], facts["digest"]) == ("<urn:uuid:7>", "sha256:7")
    assert isinstance(facts["captured"], datetime)
    assert facts["reserved"] == ["train-ai"]
    _, facts, _ = by_source[f"{NEWS}/mill"]
    assert (facts["title"], facts["date"]) == (STORIES[1][0].title, date(2026, 1, 5))


def test_the_lead_picture_and_linked_stories_are_linked_to(by_source: Pages) -> None:
    path, _, body = by_source[f"{NEWS}/flood"]
    assert f"![The mill]({NEWS}/flood.jpg)" in body
    here, away = re.findall(r"^- \[.*\]\((\S+)\) \((?:related|next)\)$", body, re.MULTILINE)[::-1]
    assert (path.parent / here).resolve() == by_source[f"{NEWS}/mill"][0].resolve()
    assert away == f"{NEWS}/never-archived"


def test_names_do_not_depend_on_what_else_is_exported(
    archive: Path, pages: Path, tmp_path: Path
) -> None:
    done = run_scrapy("export", "markdown", str(archive), "-o", str(tmp_path / "few"),
                      "--site", "gazette.example")  # fmt: skip
    assert done.returncode == 0, done.stderr
    few = tmp_path / "few" / "data" / "stories"
    some = {path.relative_to(few) for path in few.rglob("*.md")}
    assert len(some) == 2
    assert some < {path.relative_to(pages) for path in pages.rglob("*.md")}


def test_a_body_is_no_front_matter_and_no_html(by_source: Pages) -> None:
    _, facts, body = by_source[f"{NEWS}/quote"]
    assert facts["source"] == f"{NEWS}/quote"
    assert not [line for line in body.splitlines() if line.startswith("---")]
    assert "<script" not in MarkdownIt("commonmark", {"html": True}).render(body)
    assert "&lt;script>alert(1)" in body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"1 \< 2 and a\\<b", r"1 &lt; 2 and a\\&lt;b"),
        ("```\na < b {{ x }}\n```\n<b>", "```\na < b { { x }}\n```\n&lt;b>"),
        ("```\n{{{% x %}}}\n```", "```\n{ { { % x %}}}\n```"),
        (r"\{a} \\{b}", r"&#123;a} \\&#123;b}"),
        ("```\nnever closed", "```\nnever closed\n```"),
        ("```dataviewjs\n<b>", "\\```dataviewjs\n&lt;b>"),
        (" ```\n```\n<b>", " \\```\n```\n<b>\n```"),
        ("```\n    ```\n```\n<b>", "```\n    ```\n```\n&lt;b>"),
        ("a\r---\rb", "a\n\\---\nb"),
        ("{% include x %} {{< y >}}", "&#123;% include x %} &#123;&#123;&lt; y >}}"),
        ("[x](javascript:alert)", "[x](#javascript:alert)"),
        ("[x]: javascript:alert", "[x]\\: javascript:alert"),
        ("[x](https://a.example/b)", "[x](https://a.example/b)"),
    ],
)
def test_what_could_act_is_made_text(text: str, expected: str) -> None:
    assert safe_markdown(text) == expected


@at_least(600)
@given(MARKS | LINES)
def test_no_text_becomes_html_or_a_link_that_acts(text: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True})
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    made = safe_markdown(text)
    for token in parser.parse(made):
        assert token.type != "html_block"
        for child in token.children or ():
            assert child.type != "html_inline"
            target = str(child.attrGet("href") or child.attrGet("src") or "#")
            assert target.startswith(("#", "http://", "https://"))
    assert "{{" not in made
    assert "{%" not in made
    assert "---" not in (line.lstrip()[:3] for line in made.splitlines())


@at_least(300)
@given(st.text(), st.lists(st.text(), min_size=1))
def test_no_text_breaks_out_of_front_matter(title: str, tags: list[str]) -> None:
    text = front_matter({"title": title, "tags": tags, "last": 1})
    facts, rest = read(text)
    assert facts == {"title": title, "tags": tags, "last": 1}
    assert rest == "\n"
    assert not set(text) & set("\u202e\u2066\u2028\x85\x7f\r")


@at_least(300)
@given(st.text(), st.text(), st.text(), st.text())
def test_no_story_names_a_file_elsewhere(host: str, day: str, title: str, url: str) -> None:
    for part in (parts := story_path(host, day, title, url)):
        assert part
        assert not set(part) & set('/\\:*?"<>|\0\n\u202e')
        assert not part.startswith(".")
        assert not part.endswith((".", " "))
        assert len(part.encode("utf-8")) <= 100
    assert len(f"{parts[2]}.md".encode()) <= 100
    assert parts[2] == parts[2].lower()
    assert story_path(host, day, title, f"{url}x")[2].casefold() != parts[2].casefold()


@pytest.mark.parametrize("host", ["con.example", "AUX", "com1.example", "..", "", "[::1]:80"])
def test_hosts_that_are_no_names_of_folders(host: str) -> None:
    folder = story_path(host, None, None, "u")[0]
    assert not re.match(r"(con|aux|com1)(\.|$)|\.|$", folder)
    assert not set(folder) & set("[]:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "-"], "markdown takes a folder: name it with -o"),
        (["-o", "stories.md"], "-o stories.md: markdown is written to a folder"),
        (["-o", "pages", "--table", "links"], "--table links: markdown has stories"),
    ],
)
def test_what_it_cannot_write_is_said(archive: Path, arguments: list[str], said: str) -> None:
    done = run_scrapy("export", "markdown", str(archive), *arguments)
    assert done.returncode == 2
    assert said in done.stderr
