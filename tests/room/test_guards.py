"""Who may ask a reading room, and what each answer allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.conftest import run_scrapy

from .conftest import RunningRoom, browsing

POLICY = "Content-Security-Policy"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"],
)
def test_a_name_that_somebody_leads_here_is_refused(room: RunningRoom, host: str) -> None:
    for path in ("/", f"/{room.name}.json", f"/{room.name}/stories.json", "/-/databases.json"):
        answer = room.get(path, Host=host)
        assert answer.status == 421
        assert b"courier" not in answer.body


def test_its_own_names_are_taken(room: RunningRoom) -> None:
    for host in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert room.get("/about", Host=f"{host}:{room.port}").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_a_page_of_another_origin_reads_nothing(room: RunningRoom, origin: str) -> None:
    for path in ("/", f"/{room.name}/stories.json"):
        answer = room.get(path, Origin=origin)
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_link_here_but_not_embed_or_fetch(room: RunningRoom, site: str) -> None:
    def asked(mode: str, target: str) -> int:
        return room.get(
            "/about", Sec_Fetch_Site=site, Sec_Fetch_Mode=mode, Sec_Fetch_Dest=target
        ).status

    assert asked("navigate", "document") == 200
    headers = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    for sql in ("?sql=select+1", "?a=1&_shape=array&sql=select+1", "?%73ql=select+1"):
        assert room.get(f"/{room.name}{sql}", **headers).status == 403
        assert room.get(f"/{room.name}{sql}").status in (200, 302)
    for mode, target in (
        ("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe"),
    ):  # fmt: skip
        assert asked(mode, target) == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_but_reading(room: RunningRoom, method: str) -> None:
    assert room.get(f"/{room.name}", method=method).status == 405


def test_sql_reads_only_and_within_a_time(room: RunningRoom) -> None:
    def asked(sql: str) -> tuple[int, str]:
        answer = room.get(f"/{room.name}.json?sql={sql.replace(' ', '+')}")
        return answer.status, answer.text

    assert asked("select count(*) as n from articles")[0] == 200
    for sql in (
        "delete from articles", "insert into tags(name) values (1)", "attach 'x' as y",
        "with x as (select 1) delete from articles", "pragma writable_schema=1",
    ):  # fmt: skip
        assert asked(sql)[0] == 400
    endless = "with recursive c(x) as (select 1 union all select x%2B1 from c) select max(x) from c"
    status, text = asked(endless)
    assert status == 400
    assert "interrupted" in text.lower() or "too long" in text.lower()


@pytest.mark.parametrize(
    "sql",
    ["select randomblob(1000000000)", "select hex(zeroblob(500000000))",
     "select group_concat(a.body_text) from stories a, stories b, stories c"],
)  # fmt: skip
def test_sql_makes_no_value_that_fills_the_memory(room: RunningRoom, sql: str) -> None:
    answer = room.get(f"/{room.name}.json?sql={sql.replace(' ', '+')}")
    assert answer.status == 400
    assert "too big" in answer.text or "too long" in answer.text


def test_each_page_says_what_it_may_load(room: RunningRoom) -> None:
    seen = set()
    for path in ("/", "/about", f"/in/{room.name}/edits", f"/{room.name}", f"/{room.name}/stories"):
        answer = room.get(path)
        policy = answer.headers[POLICY]
        assert policy.startswith("default-src 'none'; script-src 'nonce-")
        assert "unsafe-eval" not in policy
        nonce = policy.split("'nonce-")[1].split("'")[0]
        assert f'nonce="{nonce}"' in answer.text
        for tag in answer.text.split("<script")[1:]:
            assert f'nonce="{nonce}"' in tag.partition(">")[0]
        seen.add(nonce)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert len(seen) == 5


def test_elsewhere_than_here_needs_a_token(demo_archive: Path) -> None:
    done = run_scrapy("browse", str(demo_archive), "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert "--token" in done.stderr
    short = run_scrapy("browse", str(demo_archive), "--token", "short")
    assert short.returncode == 2


def test_a_token_is_asked_for_once(demo_archive: Path) -> None:
    token = "a-token-of-ours"
    with browsing(demo_archive, more=("--host", "0.0.0.0", "--token", token)) as room:
        for path in ("/", f"/{room.name}/stories.json", "/?token=wrong-token", "/-/databases.json"):
            answer = room.get(path)
            assert answer.status == 401
            assert b"Tarnholt" not in answer.body
        entered = room.get(f"/search?q=river&token={token}")
        assert entered.status == 303
        assert entered.headers["Location"] == "/search?q=river"
        cookie = entered.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert token not in cookie
        assert room.get("/about", Cookie=cookie.split(";")[0]).status == 200
        again = room.get(f"/about?token={token}", Cookie=cookie.split(";")[0])
        assert (again.status, again.headers["Location"]) == (303, "/about")
        assert room.get("/about", Authorization=f"Bearer {token}").status == 200
        assert room.get(f"//evil.example/?token={token}").headers["Location"] == "/evil.example/"


def test_a_busy_port_and_a_bad_one_are_told_in_a_line(room: RunningRoom) -> None:
    for port in (str(room.port), "http", "70000"):
        done = run_scrapy("browse", str(room.archive), "--port", port)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
