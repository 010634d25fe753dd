"""A paper is one worker's at a time, until PostgreSQL's clock says otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from crawler.archive.database import newest_version
from crawler.config import Paper
from crawler.errors import UsageError
from crawler.fleet import leases
from crawler.fleet.database import Database, DownError, OutdatedError
from crawler.fleet.leases import DONE, FAILED, LOST, Lease, OtherPapersError, beat, give_back, take
from crawler.fleet.papers import add, digest, make_due, pause
from crawler.fleet.standing import standing

from .conftest import Fleet, config_of, papers, worker

Sql = Callable[..., list[tuple[Any, ...]]]
EXPIRE = "UPDATE site_leases SET expires_at = now() - interval '1 second' WHERE holder IS NOT NULL"


def taken(fleet: Fleet, name: str) -> Lease:
    found = take(fleet.db, worker(name), fleet.digest)
    assert found is not None
    return found


def none_for(fleet: Fleet, name: str) -> bool:
    return take(fleet.db, worker(name), fleet.digest) is None


def test_a_paper_is_taken_once_and_its_fence_grows_with_each_taking(fleet: Fleet) -> None:
    fleet.add(papers("daily"))
    first = taken(fleet, "a")
    assert none_for(fleet, "b")
    assert give_back(fleet.db, first, DONE, 0, None) is not None
    assert none_for(fleet, "b"), "it is not due before its time"
    make_due(fleet.db, ["daily"])
    second = taken(fleet, "a")
    assert (first.fence, second.fence) == (1, 2)


def test_the_paper_that_is_due_longest_comes_first(fleet: Fleet, sql: Sql) -> None:
    fleet.add(papers("young", "old", "middle"))
    for name, hours in (("young", 1), ("old", 3), ("middle", 2)):
        sql("UPDATE site_leases SET due_at = now() - %s * interval '1 hour' WHERE paper = %s",
            hours, name)  # fmt: skip
    assert [taken(fleet, "a").paper for _ in range(3)] == ["old", "middle", "young"]


def test_papers_of_one_owner_are_never_crawled_at_once(fleet: Fleet) -> None:
    fleet.add(
        config_of("""
        [papers.main]
        address = "https://press.example/"
        [papers.sport]
        address = ["https://sport.press.example/", "https://results.example/"]
        [papers.results]
        address = "https://live.results.example/"
        [papers.other]
        address = "https://other.example/"
    """)
    )
    held = [taken(fleet, "a"), taken(fleet, "b"), taken(fleet, "c")]
    names = {each.paper for each in held}
    assert names == {"main", "results", "other"} or names == {"sport", "other"} or len(names) == 3
    assert "sport" not in names or not names & {"main", "results"}
    assert none_for(fleet, "d")


def test_many_takers_at_once_share_no_paper_and_no_host(fleet: Fleet, sql: Sql) -> None:
    # thirty papers of ten owners
    fleet.add(config_of("".join(
        f'[papers.p{i}]\naddress = "https://p{i}.owner{i % 10}.example/"\n' for i in range(30)
    )))  # fmt: skip
    found: list[Lease] = []
    failures: list[Exception] = []

    def work(name: str) -> None:
        db = Database(fleet.url)
        try:
            mine = [take(db, worker(name), fleet.digest) for _ in range(4)]
            found.extend(each for each in mine if each is not None)
        except Exception as error:
            failures.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failures
    owners = [int(lease.paper[1:]) % 10 for lease in found]
    assert len(owners) == len(set(owners))
    while (lease := take(fleet.db, worker("last"), fleet.digest)) is not None:
        found.append(lease)
    assert sorted(int(each.paper[1:]) % 10 for each in found) == list(range(10))
    assert len(sql("SELECT host FROM held_hosts")) == 10
    for lease in found:
        give_back(fleet.db, lease, DONE, 0, None)
    assert sql("SELECT host FROM held_hosts") == []


def test_what_has_expired_is_another_s_and_its_old_holder_changes_nothing(
    fleet: Fleet, sql: Sql
) -> None:
    fleet.add(papers("daily"))
    old = taken(fleet, "a")
    sql(EXPIRE)
    new = taken(fleet, "b")
    assert new.fence == old.fence + 1
    assert beat(fleet.db, worker("a"), [old], None) == set()
    assert not leases.note_state(fleet.db, old, "manifests/old.json")
    assert give_back(fleet.db, old, DONE, 0, "manifests/old.json") is None
    assert sql("SELECT holder, fence, manifest FROM site_leases") == [("b", new.fence, None)]
    assert beat(fleet.db, worker("b"), [new], None) == {new}
    assert give_back(fleet.db, new, DONE, 0, "manifests/new.json") is not None
    assert sql("SELECT outcome FROM lease_history ORDER BY fence") == [(LOST,), (DONE,)]


def test_what_has_expired_and_nobody_noticed_can_still_be_stored(fleet: Fleet, sql: Sql) -> None:
    fleet.add(papers("daily"))
    lease = taken(fleet, "a")
    sql(EXPIRE)
    assert beat(fleet.db, worker("a"), [lease], None) == {lease}
    assert none_for(fleet, "b")
    sql(EXPIRE)
    assert give_back(fleet.db, lease, DONE, 0, "manifests/x.json") is not None


def test_what_ran_out_while_postgresql_was_away_its_holders_may_keep(
    fleet: Fleet, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.add(papers("daily"))
    lease = taken(fleet, "a")
    sql(EXPIRE)
    monkeypatch.setattr(leases, "_RESPITE", 1e6)  # as if it had come up a moment ago
    assert none_for(fleet, "b")
    assert beat(fleet.db, worker("a"), [lease], None) == {lease}
    sql(EXPIRE)
    monkeypatch.setattr(leases, "_RESPITE", 0.0)
    assert taken(fleet, "b").fence == 2


def test_a_clock_of_a_worker_that_jumps_changes_no_lease(
    fleet: Fleet, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.add(papers("daily"))
    lease = taken(fleet, "a")
    real = time.time
    for jump in (86_400, -86_400):
        monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
        assert none_for(fleet, "b")
        assert beat(fleet.db, worker("a"), [lease], None) == {lease}
    [(left,)] = sql("SELECT expires_at - clock_timestamp() FROM site_leases")
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)


def test_a_paper_that_always_fails_comes_later_and_later_and_holds_nobody_up(
    fleet: Fleet, sql: Sql
) -> None:
    fleet.add(papers("bad", "good", every="1 day"))
    waits = []
    for _ in range(12):
        sql("UPDATE site_leases SET due_at = now() - interval '1 day' WHERE paper = 'bad'")
        lease = taken(fleet, "a")
        assert lease.paper == "bad"
        assert give_back(fleet.db, lease, FAILED, 3, None) is not None
        [(wait,)] = sql("SELECT extract(epoch FROM due_at - now())::float8 FROM site_leases"
                        " WHERE paper = 'bad'")  # fmt: skip
        waits.append(wait)
    assert 200 < waits[0] < 400
    assert waits[3] > 3 * waits[0]
    assert 0.7 * 86_400 < waits[-1] <= 86_400, "never later than it would be due anyhow"
    assert taken(fleet, "a").paper == "good"
    bad = standing(fleet.db).papers[0]
    assert (bad.is_failing, bad.attempts, bad.last_exit_code) == (True, 12, 3)


def test_a_paper_that_loses_its_workers_is_tried_at_once_and_then_later(
    fleet: Fleet, sql: Sql
) -> None:
    fleet.add(papers("heavy"))
    taken(fleet, "a")
    sql(EXPIRE)
    taken(fleet, "b")
    sql(EXPIRE)
    assert none_for(fleet, "c")
    [(wait,)] = sql("SELECT due_at > now() + interval '3 minutes' FROM site_leases")
    assert wait


def test_the_next_time_is_half_a_period_away_or_more_and_keeps_the_paper_s_own_moment(
    fleet: Fleet, sql: Sql
) -> None:
    names = [f"p{i}" for i in range(40)]
    fleet.add(papers(*names, every="1 hour"))
    for _ in names:
        give_back(fleet.db, taken(fleet, "a"), DONE, 0, None)
    rows = sql("SELECT extract(epoch FROM due_at)::float8, extract(epoch FROM due_at - now())"
               "::float8 FROM site_leases")  # fmt: skip
    assert all(1_790 < wait <= 5_400 for _, wait in rows)
    moments = sorted(at % 3_600 for at, _ in rows)
    assert moments[-1] - moments[0] > 1_800, "papers of one period are spread over it"
    before = dict(sql("SELECT paper, due_at FROM site_leases"))
    make_due(fleet.db, names[:5])
    for _ in names[:5]:
        give_back(fleet.db, taken(fleet, "a"), DONE, 0, None)
    after = dict(sql("SELECT paper, due_at FROM site_leases"))
    for name in names[:5]:
        shift = (after[name] - before[name]).total_seconds() % 3_600
        assert min(shift, 3_600 - shift) < 0.01


def test_papers_that_rest_or_are_gone_from_the_file_are_not_taken(fleet: Fleet) -> None:
    fleet.add(papers("a", "b"))
    assert pause(fleet.db, ["a"], resting=True) == 1
    fleet.add(papers("a", "c"))
    assert taken(fleet, "w").paper == "c"
    assert none_for(fleet, "w")
    assert {each.paper: each.state for each in standing(fleet.db).papers} == {
        "a": "paused", "b": "retired", "c": "crawling",
    }  # fmt: skip
    pause(fleet.db, [], resting=True)
    pause(fleet.db, ["a"], resting=False)
    assert none_for(fleet, "w"), "the whole fleet rests"
    pause(fleet.db, [], resting=False)
    assert taken(fleet, "w").paper == "a"
    with pytest.raises(UsageError, match="no such paper"):
        pause(fleet.db, ["nothing"], resting=True)


def test_a_worker_with_another_file_takes_nothing(fleet: Fleet) -> None:
    fleet.add(papers("a"))
    before = fleet.digest
    add(fleet.db, papers("a", every="2 hours"))
    with pytest.raises(OtherPapersError, match="same file to all workers"):
        take(fleet.db, worker("w"), before)


@pytest.mark.parametrize(
    ("column", "value"), [("version", 2), ("archive_version", newest_version() + 1)]
)
def test_an_older_program_leaves_a_newer_fleet_alone(
    fleet: Fleet, sql: Sql, column: str, value: int
) -> None:
    fleet.add(papers("a"))
    sql(f"UPDATE fleet SET {column} = %s", value)
    for ask in (
        lambda: take(fleet.db, worker("w"), fleet.digest),
        lambda: standing(fleet.db),
        lambda: pause(fleet.db, [], resting=True),
        lambda: fleet.add(papers("b")),
    ):
        with pytest.raises(OutdatedError, match=f"of version {value}, and this program knows"):
            ask()
    assert sql("SELECT count(*) FROM site_leases WHERE holder IS NOT NULL") == [(0,)]


def test_who_has_a_copy_comes_before_the_others(fleet: Fleet, sql: Sql) -> None:
    fleet.add(papers("daily"))
    give_back(fleet.db, taken(fleet, "a"), DONE, 0, None)
    sql("UPDATE site_leases SET due_at = now()")
    assert none_for(fleet, "b")
    sql("UPDATE site_leases SET due_at = now() - interval '11 seconds'")
    assert taken(fleet, "b").paper == "daily", "a heartbeat later anybody may"


def test_a_postgresql_that_takes_no_changes_is_waited_for_like_one_that_is_away(
    fleet: Fleet, url: str
) -> None:
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        with fleet.db.transaction() as connection:
            # what is connected already meets it, too
            connection.execute("SET default_transaction_read_only = on")
        with pytest.raises(DownError, match="read-only"):
            beat(fleet.db, worker("a"), (), None)
        with pytest.raises(DownError, match="read-only"):
            beat(fleet.db, worker("a"), (), None)
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
    assert beat(fleet.db, worker("a"), (), None) == set()


def test_a_version_that_knows_more_to_say_of_papers_agrees_with_the_same_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = '[papers.a]\naddress = "https://a.example/"\ndelay = 9\nalarms = { silent = 3 }\n'
    before = digest(config_of(text))
    assert before != digest(config_of(text.replace("9", "8")))
    assert before != digest(config_of(text.replace("3", "4")))
    assert before != digest(config_of(text.replace("a.example", "b.example")))
    plain = Paper.plain

    def newer(paper: Paper) -> dict[str, Any]:
        said = plain(paper)
        return {**said, "novelty": "as before", "alarms": {**said["alarms"], "novelty": True}}

    monkeypatch.setattr(Paper, "plain", newer)
    assert digest(config_of(text)) == before
