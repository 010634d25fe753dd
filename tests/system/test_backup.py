"""`scrapy backup` and `scrapy restore`: copies that are archives, and archives made of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.archive.lock import ArchiveLock
from crawler.backup.copying import told_if_full
from crawler.backup.saving import backup
from crawler.demo.server import serve
from crawler.errors import FullError
from crawler.fixity.archive import verify
from tests.killing import killed, some, steps_of

from .conftest import ROOT, Archived, crawl, query, run_scrapy
from .test_interrupted import start, wait_for_stories

STORIES = "SELECT url, title, revisions FROM stories ORDER BY url"


def saved(archive: Path, to: Path) -> subprocess.CompletedProcess[str]:
    return run_scrapy("backup", str(to), "-a", f"archive={archive}")


def sound(folder: Path) -> list[str]:
    """What verify remarks of an archive that is sound."""
    report = verify(folder, processes=1)
    assert report.damage == []
    return [each.what for each in report.notices]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def spoil(path: Path) -> None:
    """Change a bit in the middle of a file; the second time it is what it was."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def copy_of(archived: Archived, to: Path) -> Path:
    shutil.copytree(archived.folder, to)
    return to


def test_a_backup_is_an_archive_and_the_next_one_copies_what_is_new(
    tmp_path: Path, archived: Archived
) -> None:
    folder, to = tmp_path / "a", tmp_path / "b"
    with serve("morning") as url:
        crawl("news", folder, site=url)
        assert saved(folder, to).returncode == 0
        first = query(to, STORIES)
        assert first == query(folder, STORIES)
        assert sound(to) == []
        crawl("article", folder, url=f"{url}/about/")
    done = saved(folder, to)
    assert done.stdout.startswith("1 WARC file ("), done.stdout
    assert {p.name for p in (to / "warc").iterdir()} == {
        p.name for p in (folder / "warc").iterdir()
    }
    assert len(query(to, "SELECT id FROM runs")) == 2
    assert sound(to) == []
    assert sorted(p.name for p in to.iterdir()) == ["archive.db", "warc"]
    assert query(folder, "SELECT destination FROM backups") == [{"destination": str(to)}]


def test_what_is_saved_while_a_crawl_writes_is_of_one_moment(demo: str, tmp_path: Path) -> None:
    folder, to = tmp_path / "a", tmp_path / "b"
    with start(demo, folder, delay=0.1) as run:
        counts = []
        for number in (3, 8, 15):
            wait_for_stories(folder, number)
            assert saved(folder, to).returncode == 0
            counts.append(len(query(to, STORIES)))
            assert not [each for each in sound(to) if "middle of a record" in each]
            names = {row["warc_file"] for row in query(to, "SELECT warc_file FROM captures")}
            assert names <= {p.name.removesuffix(".open") for p in (to / "warc").iterdir()}
        run.wait(timeout=500)
    assert counts[0] >= 3
    assert counts == sorted(counts)
    assert saved(folder, to).returncode == 0
    assert query(to, STORIES) == query(folder, STORIES)
    assert not [p.name for p in (to / "warc").iterdir() if p.name.endswith(".open")]
    assert sound(to) == []


@pytest.mark.each_step
def test_a_kill_at_any_moment_leaves_the_backup_of_before_or_the_new_one(
    tmp_path: Path, archived: Archived
) -> None:
    folder, base = copy_of(archived, tmp_path / "a"), tmp_path / "base"
    assert saved(folder, base).returncode == 0
    with serve("evening") as url:
        old = query(base, "SELECT count(*) AS n FROM runs")[0]["n"]
        crawl("news", folder, site=url)
    new = query(folder, "SELECT count(*) AS n FROM runs")[0]["n"]
    assert new > old
    to = tmp_path / "b"

    def work() -> object:
        return backup(folder, to)

    shutil.copytree(base, to)
    steps = steps_of(work, str(to))
    assert steps > 10
    seen = set()
    for step in some(steps, 8):
        shutil.rmtree(to)
        shutil.copytree(base, to)
        assert killed(work, str(to), step)
        sound(to)
        seen.add(query(to, "SELECT count(*) AS n FROM runs")[0]["n"])
        backup(folder, to)
        assert query(to, STORIES) == query(folder, STORIES)
        assert sound(to) == []
        assert sorted(p.name for p in to.iterdir()) == ["archive.db", "warc"]
    assert seen == {old, new}


@pytest.mark.each_step
def test_a_first_backup_that_was_killed_passes_for_none(tmp_path: Path, archived: Archived) -> None:
    folder, to = copy_of(archived, tmp_path / "a"), tmp_path / "b"

    def work() -> object:
        return backup(folder, to)

    steps = steps_of(work, str(to))
    for step in some(steps, 6):
        shutil.rmtree(to, ignore_errors=True)
        assert killed(work, str(to), step)
        if (to / "archive.db").exists():
            sound(to)
        else:
            assert run_scrapy("status", str(to)).returncode == 2
        backup(folder, to)
        assert sound(to) == []


def test_what_was_copied_before_a_kill_is_not_copied_again(
    tmp_path: Path, archived: Archived
) -> None:
    folder, to = copy_of(archived, tmp_path / "a"), tmp_path / "b"
    (name,) = [path.name for path in (folder / "warc").iterdir()]
    for step in range(1, 1 + steps_of(lambda: backup(folder, to), str(to))):
        shutil.rmtree(to, ignore_errors=True)
        killed(lambda: backup(folder, to), str(to), step)
        if (to / ".backup" / name).exists():
            break
    told: list[int] = []
    backup(folder, to, lambda done, whole: told.append(whole))
    assert told == []
    sound(to)


@pytest.mark.parametrize("inside", ["b", "warc/b", "."])
def test_no_backup_is_put_into_the_archive(tmp_path: Path, archived: Archived, inside: str) -> None:
    folder = copy_of(archived, tmp_path / "a")
    before = files(folder)
    done = saved(folder, folder / inside)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "in the archive" in done.stderr
    assert files(folder) == before


def test_what_is_no_backup_of_this_archive_stays_as_it_is(
    tmp_path: Path, archived: Archived
) -> None:
    folder, other, strange = copy_of(archived, tmp_path / "a"), tmp_path / "o", tmp_path / "s"
    with serve("morning", site="courier") as url:
        crawl("news", other, site=url)
    strange.mkdir()
    (strange / "letter.txt").write_text("keep")
    for where, words in ((other, "another archive"), (strange, "is no backup")):
        before = query(where, STORIES) if where == other else files(where)
        done = saved(folder, where)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert words in done.stderr
        assert (query(where, STORIES) if where == other else files(where)) == before
    file = tmp_path / "f"
    file.write_text("")
    assert "is a file" in saved(folder, file).stderr


def test_a_copy_that_was_crawled_into_is_not_written_over(
    tmp_path: Path, archived: Archived
) -> None:
    folder, to = copy_of(archived, tmp_path / "a"), tmp_path / "b"
    saved(folder, to)
    with serve("evening") as url:
        crawl("news", to, site=url)
    done = saved(folder, to)
    assert done.returncode == 2
    assert "crawled into" in done.stderr


def test_two_backups_at_once_are_told_apart(tmp_path: Path, archived: Archived) -> None:
    folder, to = copy_of(archived, tmp_path / "a"), tmp_path / "b"
    saved(folder, to)
    lock = ArchiveLock(to)
    lock.acquire()
    try:
        done = saved(folder, to)
    finally:
        lock.release()
    assert (done.returncode, done.stderr.count("\n")) == (4, 1), done.stderr


def test_damage_of_the_archive_does_not_reach_its_backup(
    tmp_path: Path, archived: Archived
) -> None:
    folder, to = copy_of(archived, tmp_path / "a"), tmp_path / "b"
    saved(folder, to)
    before = query(to, STORIES)
    (old,) = (folder / "warc").iterdir()
    with serve("evening") as url:
        crawl("news", folder, site=url)
    (new,) = [path for path in (folder / "warc").iterdir() if path != old]
    spoil(new)
    done = saved(folder, to)
    assert (done.returncode, done.stderr.count("\n")) == (6, 1), done.stderr
    assert query(to, STORIES) == before
    sound(to)
    spoil(new)
    spoil(old)  # the copy has it, as it was
    assert saved(folder, to).returncode == 0
    assert query(to, STORIES) != before
    sound(to)
    new.unlink()
    done = saved(folder, to)
    assert done.returncode == 6
    assert "is not there" in done.stderr
    sound(to)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_is_told_in_a_line() -> None:
    with (
        pytest.raises(FullError) as caught,
        told_if_full(Path("/b"), "the old one stands"),
        Path("/dev/full").open("wb") as full,
    ):
        full.write(b"x")
    assert "the old one stands" in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_restored_archive_is_gone_on_with(tmp_path: Path, archived: Archived) -> None:
    folder, to, again = tmp_path / "a", tmp_path / "b", tmp_path / "r"
    with serve("morning") as url:
        crawl("news", folder, site=url)
    assert saved(folder, to).returncode == 0
    before = files(to)
    done = run_scrapy("restore", str(to), str(again))
    assert done.returncode == 0, done.stderr
    assert files(to) == before
    assert query(again, STORIES) == query(folder, STORIES)
    assert sorted(p.name for p in again.iterdir()) == ["archive.db", "warc"]
    with serve("evening", port=urlsplit(url).port or 0):
        for each in (folder, again):
            assert crawl("news", each, site=url).returncode == 0
    stories = query(again, STORIES)
    assert stories == query(folder, STORIES)
    assert max(row["revisions"] for row in stories) > 1
    sound(again)
    refused = run_scrapy("restore", str(to), str(again))
    assert refused.returncode == 2
    assert "is there already" in refused.stderr


@pytest.mark.each_step
def test_a_restore_that_was_killed_leaves_no_archive(tmp_path: Path, archived: Archived) -> None:
    folder, to, again = copy_of(archived, tmp_path / "a"), tmp_path / "b", tmp_path / "r"
    saved(folder, to)
    code = (
        "import sys; from pathlib import Path; from crawler.backup.restoring import restore;"
        "restore(Path(sys.argv[1]), Path(sys.argv[2]), lambda f: 0)"
    )

    def work() -> object:
        from crawler.backup.restoring import restore

        return restore(to, again, lambda folder: 0)

    steps = steps_of(work, str(again))
    for step in some(steps, 6):
        for left in (again, again.with_name(f"{again.name}.restoring")):
            shutil.rmtree(left, ignore_errors=True)
        assert killed(work, str(again), step)
        assert not again.exists()
    subprocess.run([sys.executable, "-c", code, str(to), str(again)], cwd=ROOT, check=True)
    assert query(again, STORIES) == query(folder, STORIES)


def test_a_damaged_backup_is_not_restored(tmp_path: Path, archived: Archived) -> None:
    folder, to, again = copy_of(archived, tmp_path / "a"), tmp_path / "b", tmp_path / "r"
    saved(folder, to)
    (path,) = (to / "warc").iterdir()
    spoil(path)
    done = run_scrapy("restore", str(to), str(again))
    assert (done.returncode, done.stderr.count("\n")) == (6, 1), done.stderr
    assert not again.exists()
    inside = run_scrapy("restore", str(to), str(folder / "warc" / "r"))
    assert (inside.returncode, inside.stderr.count("\n")) == (2, 1), inside.stderr
    assert "would be in the archive" in inside.stderr
