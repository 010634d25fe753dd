"""A reading room in a real browser: by mouse and keyboard, at a phone's width, in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import RunningRoom, visiting
from .test_hostile import paths

PHONE = {"viewport": {"width": 390, "height": 844}}
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}


def kinds(room: RunningRoom) -> dict[str, str]:
    """One page of every kind."""
    base = f"/in/{room.name}"
    story = f"{base}/story/{room.row('SELECT id FROM articles WHERE revisions > 1')}"
    host = room.row("SELECT host FROM sites").replace(":", "%3A")
    return {
        "front": "/", "story": story, "revisions": f"{story}/revisions",
        "beside": f"{story}/revisions?view=beside", "captures": f"{story}/captures",
        "cite": f"{story}/cite", "graph": f"{story}/graph", "edits": f"{base}/edits",
        "paper": f"{base}/paper/{host}", "queries": f"{base}/queries", "about": "/about",
        "problem": f"{base}/story/999", "search": "/search?q=river",
        "everything": "/search", "nothing": "/search?q=xyzzy",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(chromium: Any, room: RunningRoom, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # what is dark has other colours, and nothing else
    rules = (
        AXE if scheme == "light" else {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    )
    with visiting(chromium, color_scheme=scheme, **PHONE) as visitor:
        for name, path in kinds(room).items():
            visitor.page.goto(room.url + path)
            found = Axe().run(visitor.page, options=rules).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], name
            if name != "problem":
                visitor.check()
            visitor.complaints.clear()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_screen(chromium: Any, room: RunningRoom, width: int) -> None:
    with visiting(chromium, viewport={"width": width, "height": 800}) as visitor:
        for name, path in kinds(room).items():
            visitor.page.goto(room.url + path)
            wide = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, name


def test_two_revisions_are_read_below_one_another_on_a_phone(
    chromium: Any, room: RunningRoom
) -> None:
    with visiting(chromium, **PHONE) as visitor:
        visitor.page.goto(room.url + kinds(room)["beside"])
        cells = visitor.page.locator("tr.changed td")
        old, new = (cells.nth(each).bounding_box() for each in (0, 1))
        assert old["y"] + old["height"] <= new["y"]
        assert old["x"] + old["width"] <= PHONE["viewport"]["width"]
        visitor.check()


def test_a_printed_page_has_no_buttons_and_is_whole(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        visitor.page.emulate_media(media="print")
        for name in ("story", "search", "cite", "beside", "graph", "captures"):
            visitor.page.goto(room.url + kinds(room)[name])
            for gone in ("button", "input", "nav", "body > footer", ".stored"):
                assert visitor.page.locator(f"{gone}:visible").count() == 0, (name, gone)
            cut = "each => each.filter(one => one.scrollHeight > one.clientHeight + 1).length"
            assert visitor.page.locator("pre:visible").evaluate_all(cut) == 0, name


def test_the_search_for_barriers_finds_one(chromium: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with visiting(chromium) as visitor:
        visitor.page.set_content(
            "<html><body><img src='data:image/png;base64,'><p>text</p></body></html>"
        )
        found = {each["id"] for each in Axe().run(visitor.page, options=AXE).response["violations"]}
    assert {"image-alt", "html-has-lang", "document-title"} <= found


def test_search_facet_and_two_queries_over_time(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        page = visitor.page
        page.goto(room.url)
        page.fill("#q", "mill")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=mill")
        number = page.locator(".hit").count()
        assert number > 2
        assert "mill" in page.inner_text("mark >> nth=0").lower()
        page.click(".facets >> text=Culture")
        page.wait_for_selector(".chosen a")
        assert "section:Culture" in page.input_value("#q")
        assert 0 < page.locator(".hit").count() < number
        page.click(".chosen a")
        expect(page.locator(".hit")).to_have_count(number)
        page.fill("input[name=second]", "river")
        page.select_option("select[name=as]", "share")
        page.click("text=Draw")
        expect(page.locator("svg.bars")).to_have_count(2)
        page.click(".hit a.story >> nth=0")
        assert page.input_value("#q") == "mill"
        visitor.check()


def test_a_citation_is_downloaded(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        visitor.page.goto(room.url + kinds(room)["story"])
        visitor.page.click(".actions >> text=Cite")
        with visitor.page.expect_download() as loading:
            visitor.page.click("#cite-bib ~ p a")
        assert "@online{montrose-2026-" in Path(loading.value.path()).read_text()
        visitor.check()


def test_a_reader_goes_from_the_front_page_to_an_edit(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        page = visitor.page
        page.goto(room.url)
        page.click("text=Freight siding at Tarnholt will be reopened >> nth=0")
        assert page.inner_text("h1") == "Freight siding at Tarnholt will be reopened"
        page.click(".actions >> text=2 revisions")
        assert "Decision on the freight siding" in page.inner_text("del >> nth=0")
        page.select_option("select[name=view]", "beside")
        page.click("text=Compare")
        assert page.locator("table.columns").count() == 1
        visitor.check()


def test_the_stored_page_is_framed_and_dead(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        visitor.page.goto(room.url + kinds(room)["captures"])
        frame = visitor.page.frame_locator("iframe.stored")
        assert "Freight siding" in frame.locator("h1").inner_text()
        assert frame.locator("script, form, [href]").count() == 0
        visitor.check()


def test_the_graph_is_drawn_and_can_be_pressed(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium, reduced_motion="reduce") as visitor:
        page = visitor.page
        page.goto(room.url + kinds(room)["graph"])
        page.wait_for_selector(".graph[data-ready]")
        assert page.locator(".graph .node").count() > 10
        page.locator(".graph .node.s1 circle").first.click()
        page.wait_for_url("**/story/*")
        visitor.check()


def test_keys_alone(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        page = visitor.page
        page.goto(room.url)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        title = page.evaluate("document.activeElement.innerText")
        page.keyboard.press("o")
        page.wait_for_url("**/story/*")
        assert page.inner_text("h1") == title
        page.keyboard.press("?")
        page.wait_for_url("**/about#keys")
        page.keyboard.press("Tab")
        visitor.check()


def test_it_works_without_scripts(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium, java_script_enabled=False) as visitor:
        for path in kinds(room).values():
            visitor.page.goto(room.url + path)
            assert visitor.page.inner_text("h1")
        assert visitor.outside == []


def test_the_dark_is_dark(chromium: Any, room: RunningRoom) -> None:
    with visiting(chromium, color_scheme="dark") as visitor:
        visitor.page.goto(room.url)
        colour = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == "rgb(23, 22, 20)"


def test_a_hostile_archive_does_nothing(chromium: Any, odd_room: RunningRoom) -> None:
    with visiting(chromium) as visitor:
        for path in paths(odd_room):
            visitor.page.goto(odd_room.url + path)
            visitor.check()
            assert visitor.page.title() != "pwned"


def test_right_to_left(chromium: Any, odd_room: RunningRoom) -> None:
    key = odd_room.row("SELECT id FROM articles WHERE url LIKE '%-fa'")
    with visiting(chromium, **PHONE) as visitor:
        visitor.page.goto(f"{odd_room.url}/in/{odd_room.name}/story/{key}")
        way = visitor.page.evaluate("getComputedStyle(document.querySelector('.body p')).direction")
        assert way == "rtl"
        assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        visitor.check()


def test_another_page_in_the_same_browser_reads_nothing(chromium: Any, room: RunningRoom) -> None:
    from tests.loopback import HTML, site

    script = f"""<script>
      const tried = [];
      const room = "{room.url}";
      const loaded = (done) => {{
        const it = document.createElement("script");
        it.src = room + "/in/{room.name}/story/6/graph.json";
        it.onload = () => {{ tried.push("script"); done(); }};
        it.onerror = done;
        document.head.append(it);
      }};
      Promise.allSettled([
        fetch(room + "/{room.name}/stories.json").then(() => tried.push("fetch")),
        fetch(room + "/", {{mode: "no-cors"}}).then((a) => a.text())
          .then((text) => text && tried.push(text)),
        new Promise(loaded),
      ]).then(() => {{ document.title = "done " + tried.join(); }});
    </script>"""
    with site({"/": (200, HTML, script.encode())}) as evil, visiting(chromium) as visitor:
        visitor.page.goto(evil)
        visitor.page.wait_for_function("document.title.startsWith('done')")
        assert visitor.page.title() == "done"
