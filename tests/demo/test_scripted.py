"""The Arle Signal: shells, a script, and JSON for it."""

from __future__ import annotations

import json

from crawler.demo import scripted
from crawler.extract import extract


def test_a_story_is_in_its_page_as_a_state_or_not_at_all() -> None:
    for piece in scripted.stories()[:8]:
        path = scripted.path_of(piece)
        page = extract(scripted.find("morning", path, "").body, f"http://a.example{path}")
        assert page.needs_script != scripted.has_state(piece)
        assert bool(page.article.body) == scripted.has_state(piece)
        told = json.loads(scripted.find("morning", f"/api/story{path}.json", "").body)
        assert told["headline"] == piece.title
        assert [block["text"] for block in told["body"]] == list(piece.paragraphs)


def test_its_list_has_each_story_once_in_parts() -> None:
    found: list[str] = []
    for page in range(1, 9):
        answer = scripted.find("morning", "/api/stories", f"page={page}")
        found += [item["url"] for item in json.loads(answer.body)["items"]]
    assert found == [scripted.path_of(piece) for piece in scripted.stories()]
    assert len(set(found)) == scripted.STORIES


def test_one_story_says_more_in_the_evening() -> None:
    pairs = zip(scripted.stories("morning"), scripted.stories("evening"), strict=True)
    assert [m.number for m, e in pairs if m != e] == [scripted.stories()[scripted.EDITED].number]


def test_what_is_not_there_is_said_so() -> None:
    assert scripted.find("morning", "/town/nothing-1", "").status == 404
    assert scripted.find("morning", "/api/story/town/nothing-1.json", "").status == 404
    assert json.loads(scripted.find("morning", "/api/stories", "page=x").body)["page"] == 1
