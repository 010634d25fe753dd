"""Records that came from other programs are checked by what they say, and damage is told from what
was wrong with them before they came."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from crawler.archive.captures import enter_file
from crawler.archive.store import Store
from crawler.fixity.archive import verify
from crawler.fixity.report import Report
from crawler.items import Capture, RecordType, Visit
from crawler.warc.records import digest
from crawler.warc.walk import HEADER

URL = "http://a.example/story"
BODY = b"It rained, and the bridge stood."
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def pack(
    kind: str, number: int, block: bytes, *fields: str, http: bool = True, version: str = "1.0"
) -> bytes:
    lines = [
        f"WARC/{version}", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{number}>",
        "WARC-Date: 2019-05-01T10:00:00Z", f"WARC-Target-URI: <{URL}>", *fields,
        *(["Content-Type: application/http; msgtype=response"] if http else []),
        f"Content-Length: {len(block)}",
    ]  # fmt: skip
    data = "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"
    return HEADER + gzip.compress(data, mtime=0)[10:]


@dataclass
class Foreign:
    """An archive of records that others wrote."""

    folder: Path
    members: list[bytes] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)

    def add(self, member: bytes, **capture: object) -> None:
        """A record, with its capture if it has one."""
        if capture:
            number = len(self.members)
            made = Capture(
                url=URL, fetched_at=f"2019-05-01T10:00:00.{0:06}+00:00", status=200,
                content_type=None, payload_digest="", payload_bytes=len(BODY),
                record_id=f"<urn:uuid:{number}>", warc_file="f.warc.gz",
                warc_offset=sum(map(len, self.members)), warc_length=len(member),
            )  # fmt: skip
            self.captures.append(replace(made, **capture))  # type: ignore[arg-type]
        self.members.append(member)

    def verify(self) -> Report:
        """Write all and check it."""
        store = Store(self.folder)
        store.begin_run("import", {}, "Test/1", "2026-01-01T00:00:00+00:00")
        data = b"".join(self.members)
        (self.folder / "warc").mkdir()
        (self.folder / "warc" / "f.warc.gz").write_bytes(data)
        store.record(Visit(URL, "page", "done", captures=(each,)) for each in self.captures)
        assert store.run_id is not None
        with store.db.atomic():
            enter_file(store.db.conn, store.run_id, "f.warc.gz", len(data), len(self.members),
                       hashlib.sha256(data).hexdigest(), "2026-01-01T00:00:00+00:00")  # fmt: skip
        store.close()
        return verify(self.folder)


@pytest.fixture
def foreign(tmp_path: Path) -> Foreign:
    return Foreign(tmp_path / "archive")


def response(*fields: str, body: bytes = BODY, head: bytes = b"") -> bytes:
    return pack("response", 0, b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body, *fields)


def test_a_chunked_answer_digested_in_either_form_is_sound(foreign: Foreign) -> None:
    for number, named in enumerate(
        (sha1(BODY), sha1(CHUNKED), f"md5:{hashlib.md5(BODY).hexdigest()}")
    ):
        block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED
        member = pack("response", number, block, f"WARC-Payload-Digest: {named}")
        foreign.add(member, payload_digest=named)
    found = foreign.verify()
    assert (found.damage, found.notices) == ([], [])
    assert found.counts["captures"] == 3


def test_what_came_damaged_is_a_notice_and_what_was_damaged_here_is_damage(
    foreign: Foreign,
) -> None:
    foreign.add(response(f"WARC-Payload-Digest: {sha1(b'else')}"), payload_digest=sha1(b"else"))
    foreign.add(pack("request", 7, b"GET / HTTP/1.1\r\n\r\n", "WARC-Concurrent-To: <urn:uuid:99>"))
    found = foreign.verify()
    assert found.damage == []
    assert ["; so since the file was closed" in each.what for each in found.notices] == [True] * 2
    path = foreign.folder / "warc" / "f.warc.gz"
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    harmed = verify(foreign.folder)
    assert len(foreign.members[0]) in {each.offset for each in harmed.damage}


def test_a_revisit_need_not_name_what_it_repeats(foreign: Foreign) -> None:
    named = f"WARC-Payload-Digest: {digest(BODY)}"
    foreign.add(response(named), payload_digest=digest(BODY))
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    revisit: RecordType = "revisit"
    told: list[tuple[str | None, tuple[str, ...]]] = [
        ("<urn:uuid:0>", ("WARC-Refers-To: <urn:uuid:0>", f"WARC-Refers-To-Target-URI: <{URL}>")),
        ("<urn:uuid:0>", ("WARC-Refers-To-Date: 2019-05-01T10:00:00Z",)),
        ("<urn:uuid:0>", ("WARC-Refers-To: <urn:uuid:elsewhere>",)),
        (None, ("WARC-Refers-To: <urn:uuid:elsewhere>",)),
        (None, ()),
    ]
    for number, (refers_to, fields) in enumerate(told, 1):
        foreign.add(
            pack("revisit", number, head, named, *fields), record_type=revisit,
            refers_to=refers_to, payload_digest=digest(BODY),
        )  # fmt: skip
    found = foreign.verify()
    assert found.damage == []
    assert [each.what for each in found.notices] == [
        "a revisit repeats a response that is not in this archive"
    ] * 2


def test_records_that_are_no_captures_need_none(foreign: Foreign) -> None:
    foreign.add(pack("resource", 0, b"log", "Content-Type: text/plain", http=False))
    foreign.add(pack("response", 1, b"20190501 a.example 1.2.3.4", "Content-Type: text/dns",
                     http=False))  # fmt: skip
    foreign.add(response("WARC-Truncated: length"), truncated="length",
                payload_digest=digest(BODY), record_id="<urn:uuid:0>")  # fmt: skip
    found = foreign.verify()
    # the same name twice is what came, too
    assert found.damage == []
    assert [each.what for each in found.notices] == [
        "a record has the WARC-Record-ID of an earlier one; so since the file was closed"
    ]
    assert found.counts["captures"] == 1
