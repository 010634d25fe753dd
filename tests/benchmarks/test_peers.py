"""The peers' processes: whatever a peer does, one page is lost at the most."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.process import PeerProcess, PeerUnavailableError
from benchmarks.peers.turns import take_turn

RUNNER = """
import base64, json, os, sys, time
print(json.dumps({"version": "1", "lxml": "1", "python": "1"}), flush=True)
for line in sys.stdin:
    page = json.loads(line)
    body = base64.b64decode(page["html_b64"]).decode()
    if body == "crash":
        os.abort()
    if body == "hang":
        time.sleep(600)
    if body == "prattle":
        print("no JSON", flush=True)
    print(json.dumps({"id": page["id"], "answer": {"body": body, "pid": os.getpid()},
                      "error": None, "parse_ms": 1.0, "read_ms": 2.0}), flush=True)
"""


def runner(code: str, patience: float = 30.0) -> PeerProcess:
    return PeerProcess([sys.executable, "-c", code], patience)


def body(process: PeerProcess, html: bytes) -> str | None:
    answer = process.read("1", "https://news.example/1", html).answer
    return answer and answer["body"]


def test_one_process_answers_page_after_page() -> None:
    with runner(RUNNER) as process:
        turns = [process.read(str(n), "https://news.example/", b"x" * n) for n in (1, 300_000)]
    answers = [turn.answer or {} for turn in turns]
    assert [len(answer["body"]) for answer in answers] == [1, 300_000]
    assert len({answer["pid"] for answer in answers}) == 1
    assert (turns[0].parse_ms, turns[0].read_ms, turns[0].error) == (1.0, 2.0, None)


@pytest.mark.parametrize("fault", [b"crash", b"hang", b"prattle"])
def test_a_peer_that_crashes_hangs_or_prattles_loses_one_page(fault: bytes) -> None:
    with runner(RUNNER, patience=10.0) as process:
        assert body(process, b"before") == "before"
        lost = process.read("2", "https://news.example/2", fault)
        assert (lost.answer, bool(lost.error)) == (None, True)
        assert body(process, b"after") == "after"


def test_a_peer_that_cannot_be_loaded_says_why() -> None:
    code = 'print(\'{"error": "ImportError: no such peer"}\')'
    with pytest.raises(PeerUnavailableError, match="no such peer"):
        runner(code).__enter__()
    with pytest.raises(PeerUnavailableError, match="exit status 3"):
        runner("raise SystemExit(3)").__enter__()


def test_the_real_runner_reports_a_peer_that_is_not_installed() -> None:
    script = Path(__file__).parents[2] / "benchmarks" / "peers" / "run_peer.py"
    # this environment has none of the peers
    with pytest.raises(PeerUnavailableError, match=r"ModuleNotFoundError.*goose3"):
        PeerProcess([sys.executable, str(script), "goose3"]).__enter__()


def test_what_a_tool_raises_is_its_result() -> None:
    def read(_html: bytes, _url: str) -> dict[str, Any]:
        raise KeyError("byline")

    turn = take_turn(read, b"<p>text", "https://news.example/")
    assert (turn.answer, turn.error) == (None, "KeyError: 'byline'")


def test_a_tool_that_swallows_every_error_is_stopped_all_the_same() -> None:
    def read(_html: bytes, _url: str) -> dict[str, Any]:
        try:
            while True:
                pass
        except:  # noqa: E722 - as some tools do
            while True:
                pass

    turn = take_turn(read, b"<p>text", "https://news.example/", limit=0.2)
    assert turn.error == "more than 0.2 s"


def test_an_empty_page_is_a_turn_like_any_other() -> None:
    turn = take_turn(lambda html, _: {"body": html.decode()}, b"", "https://news.example/")
    assert (turn.answer, turn.error) == ({"body": ""}, None)
