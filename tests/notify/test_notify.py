"""Who is told of a run, and what: against a mail server and a web server of this machine."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.archive.findings import Finding
from crawler.archive.run_reports import RunReport
from crawler.commands._config import Found
from crawler.commands._telling import Telling
from crawler.config import Config, Notify, read
from crawler.errors import ConfigError
from crawler.notify import Message, News, Notifiers, message, notifiers_of, ping, send

pytestmark = pytest.mark.usefixtures("loaded_commands")

pytest.importorskip("apprise")

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "hunter2"


class Asked:
    """What a web server was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str]] = []
        self.status = 200


@contextmanager
def web(asked: Asked) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            asked.requests.append((self.command, self.path, body))
            self.send_response(asked.status)
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def mail(received: list[bytes]) -> Iterator[int]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail.example\r\n")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = []
                    while (line := self.rfile.readline()) != b".\r\n":
                        lines.append(line.removeprefix(b"."))
                    received.append(b"".join(lines))
                elif verb == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(b"250 ok\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def finding(number: int, level: str, kind: str = "silent") -> Finding:
    numbers = {
        "silent": {"expected": 20, "stories": 0},
        "fewer": {"before": 40, "after": 12},
        "more": {"before": 40, "after": 90},
    }[kind]
    return Finding(
        number, "daily.example", kind, "", level, "2026-01-02", "2026-01-03T02:00:00+00:00",
        numbers, ("https://daily.example/1",), "open",
    )  # fmt: skip


NEWS = News(
    Path("archive"),
    (finding(1, "note", "more"), finding(2, "warning", "fewer"), finding(3, "error")),
)


def told(news: News = NEWS, code: int = 0, **more: object) -> Message:
    found = message([news], code, "warning", **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_worst_comes_first_and_what_is_less_than_asked_for_is_not_told() -> None:
    one = told()
    assert one.title == "Hemeroteca: 1 error, 1 warning"
    lines = one.body.splitlines()
    assert lines[0].startswith("error: daily.example: no new story; 20 were to be expected")
    assert lines[1] == "  https://daily.example/1"
    assert [line.split(":")[0] for line in lines if line.startswith(("error", "warning", "note"))] \
        == ["error", "warning"]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "is_told"), [(0, False), (8, False), (9, False), (130, False), (3, True), (5, True)]
)
def test_where_all_is_well_nothing_is_told(code: int, is_told: bool) -> None:
    assert (message([News(Path("archive"))], code, "warning") is not None) == is_told
    assert message([News(Path("archive"))], code, "warning", always=True) is not None


def test_a_newspaper_that_is_gone_is_told_of_on_the_first_night() -> None:
    def run(code: int) -> RunReport:
        return RunReport(
            1, "news", {}, "2026-01-03T02:00:00+00:00", None, None, None, code, 0, 0, 0, 0, 0, 0,
            None, None, "Test/1", None,
        )  # fmt: skip

    first = News(Path("archive"), run=run(3), before=run(0))
    again = News(Path("archive"), run=run(3), before=run(3))
    assert message([first], 3, "warning") is not None
    assert message([again], 3, "warning") is None
    assert message([again, first], 3, "warning") is not None
    assert message([News(Path("archive"))], 3, "warning") is not None  # nobody answered at all


def test_a_mail_is_received() -> None:
    received: list[bytes] = []
    with mail(received) as port:
        address = f"mailto://127.0.0.1:{port}?from=archive@library.example&to=ada@library.example"
        assert list(send(Notifiers((address,)), told(), 0)) == []
    (raw,) = received
    one = message_from_bytes(raw)
    assert one["To"] == "ada@library.example"
    assert one["Subject"] == "Hemeroteca: 1 error, 1 warning"
    text = one.get_payload(decode=True)
    if not text:
        (part, *_) = one.get_payload()  # type: ignore[misc]
        text = part.get_payload(decode=True)  # type: ignore[union-attr]
    assert b"no new story; 20 were to be expected" in text  # type: ignore[operator]


def test_a_webhook_is_received_and_one_that_refuses_is_told_without_its_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = Asked()
    caplog.set_level("DEBUG")
    with web(asked) as host:
        way = Notifiers((f"json://user:{SECRET}@{host}/hook/{SECRET}",))
        assert list(send(way, told(code=3), 3)) == []
        asked.status = 500
        (undelivered,) = send(way, told(), 0)
    document = json.loads(asked.requests[0][2])
    assert document["title"].startswith("Hemeroteca: the run failed (exit code 3)")
    assert document["type"] == "failure"
    assert SECRET not in repr(undelivered) + repr(way) + caplog.text


def test_pings_come_at_the_start_the_end_and_a_failure() -> None:
    asked = Asked()
    with web(asked) as host:
        way = Notifiers(ping=f"http://{host}/ping/{SECRET}")
        for moment in ("start", "end", "fail"):
            assert list(ping(way, moment, "abc", "body")) == []  # type: ignore[arg-type]
        asked.status = 404
        (undelivered,) = ping(way, "end", "abc")
    (gone,) = ping(way, "end", "abc")  # nobody is there any more
    paths = [path for _, path, _ in asked.requests[:3]]
    base = f"/ping/{SECRET}"
    assert paths == [f"{base}/start?rid=abc", f"{base}?rid=abc", f"{base}/fail?rid=abc"]
    assert undelivered.why == "HTTP 404"
    assert SECRET not in repr(undelivered) + repr(gone)


def test_the_last_ping_of_a_run_that_was_stopped_says_so(tmp_path: Path) -> None:
    asked = Asked()
    with web(asked) as host:
        config = Config(notify=Notify(ping=f"http://{host}/ping"))
        for code in (0, 130):
            Telling(Found(tmp_path / "hemeroteca.toml", config)).end(code, ())
    assert [path.split("?")[0] for _, path, _ in asked.requests] == ["/ping", "/ping"]
    assert asked.requests[0][2] == "all is well"
    assert asked.requests[1][2].startswith("exit code 130: interrupted")


def test_a_ping_that_no_web_server_gets_is_told_and_the_run_goes_on() -> None:
    with mail([]) as port:
        (garbled,) = ping(Notifiers(ping=f"http://127.0.0.1:{port}/{SECRET}"), "start", "abc")
        (control,) = ping(Notifiers(ping=f"http://127.0.0.1:{port}/{SECRET}\x07"), "start", "abc")
    assert garbled.why == "what answers is no web server"
    assert control.why == "its address has a control character"
    assert SECRET not in repr(garbled) + repr(control)


def test_a_command_gets_the_message(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os,sys; open(sys.argv[1], 'w').write(os.environ['HEMEROTECA_EXIT_CODE']" \
        " + sys.stdin.read()); print('sent')"  # fmt: skip
    way = Notifiers(command=(sys.executable, "-c", code, str(tmp_path / "told")))
    assert list(send(way, told(), 3)) == []
    assert (tmp_path / "told").read_text().startswith("3Hemeroteca: 1 error, 1 warning\n\nerror:")
    assert capfd.readouterr() == ("", "sent\n")  # what we print may be a document
    assert [each.why for each in send(Notifiers(command=("no-such-program",)), told(), 0)] == [
        "No such file or directory"
    ]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (f'to = "mailto:{SECRET}"', "notify.to: must be a list of addresses for Apprise"),
        ("to = []", "notify.to: must be a list of addresses for Apprise"),
        ("ping = 3", "notify.ping: must be an http(s) address"),
        ('command = "logger"', 'notify.command = "logger": must be a list of words'),
        ('when = "never"', 'notify.when = "never": there are findings and always'),
        ('level = "grave"', 'notify.level = "grave": there are error, warning, note'),
        ('too = "x"', "notify: there is no too; did you mean to?"),
    ],
)
def test_each_mistake_is_one_line_without_secrets(said: str, wrong: str) -> None:
    text = f'[papers.daily]\naddress = "daily.example"\n[notify]\n{said}\n'
    _, (mistake,) = read(text)
    assert mistake.line == 4
    assert mistake.what.startswith(wrong)
    assert SECRET not in mistake.what


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ('to = ["env:NOWHERE"]', "x.toml:4: notify.to: the environment has no NOWHERE"),
        ('ping = "file:nowhere"', "nowhere cannot be read (No such file or directory)"),
        (f'to = ["nothing://{SECRET}"]', "notify.to: nothing://… is no address that Apprise"),
        (f'ping = "ftp://{SECRET}.example/"', "notify.ping must be an http(s) address"),
    ],
)
def test_what_cannot_be_used_is_said_before_a_run(said: str, wrong: str, tmp_path: Path) -> None:
    config, mistakes = read(f'[papers.daily]\naddress = "daily.example"\n[notify]\n{said}\n')
    assert not mistakes
    assert config.notify is not None
    with pytest.raises(ConfigError) as caught:
        notifiers_of(config.notify, tmp_path / "x.toml", {})
    assert wrong in str(caught.value)
    assert SECRET not in str(caught.value)


def test_secrets_are_of_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "ping").write_text("https://hc.example/abc\n")
    text = (
        '[papers.daily]\naddress = "daily.example"\n[notify]\nto = "env:HOOK"\nping = "file:ping"\n'
    )
    config, _ = read(text)
    assert config.notify is not None
    found = notifiers_of(config.notify, tmp_path / "x.toml", {"HOOK": f"json://{SECRET}@h.example"})
    assert found.to == (f"json://{SECRET}@h.example",)
    assert found.ping == "https://hc.example/abc"


def scrapy(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **more}
    return subprocess.run(
        [sys.executable, "-m", "crawler", *words], cwd=folder, env=environment, text=True,
        capture_output=True, timeout=300,
    )  # fmt: skip


def test_papers_in_archives_apart_are_told_of_in_one_message(tmp_path: Path) -> None:
    asked = Asked()
    with web(asked) as host:
        (tmp_path / "hemeroteca.toml").write_text(
            'contact = "you@library.example"\narchive = "archives/{paper}"\njobs = 2\n'
            '[papers.daily]\naddress = "http://127.0.0.1:9/"\n'
            '[papers.weekly]\naddress = "http://127.0.0.1:7/"\n'
            f'[notify]\nto = ["json://{host}/hook"]\nping = "http://{host}/ping"\n'
        )
        done = scrapy(tmp_path, "crawl", "news", "-a", "allow_private=1", "-s", "RETRY_TIMES=0")
    assert done.returncode == 3, done.stderr
    paths = [path.split("?")[0] for _, path, _ in asked.requests]
    assert paths == ["/ping/start", "/hook", "/ping/fail"]
    assert "archives/daily" in asked.requests[1][2]
    assert "archives/weekly" in asked.requests[1][2]


def test_a_run_that_reaches_nobody_is_told_once_and_leaves_no_secret(tmp_path: Path) -> None:
    asked = Asked()
    with web(asked) as host:
        (tmp_path / "hemeroteca.toml").write_text(
            'contact = "you@library.example"\n[papers.daily]\naddress = "http://127.0.0.1:9/"\n'
            f'[notify]\nto = ["env:HOOK"]\nping = "http://{host}/ping"\n'
        )
        hook = f"json://user:{SECRET}@{host}/hook"
        done = scrapy(
            tmp_path, "crawl", "news", "-a", "allow_private=1", "-s", "RETRY_TIMES=0", HOOK=hook
        )
        test = scrapy(tmp_path, "notify", HOOK=hook)
        broken = scrapy(tmp_path, "crawl", "news")
    assert done.returncode == 3, done.stderr
    paths = [path.split("?")[0] for _, path, _ in asked.requests]
    assert paths == ["/ping/start", "/hook", "/ping/fail", "/ping/start", "/hook", "/ping"]
    assert "the run failed (exit code 3)" in asked.requests[1][2]
    assert test.stdout == "told by 2 ways\n"
    assert broken.returncode == 11
    assert "the environment has no HOOK" in broken.stderr
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert SECRET.encode() not in kept
    assert SECRET not in done.stderr + done.stdout + test.stderr
