"""Where a data set is put: complete or not at all, and nothing of somebody's is taken away."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time as pause
from pathlib import Path

from tests.system.conftest import ROOT, run_scrapy


def out(archive: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("export", *arguments, str(archive))


def test_a_folder_of_somebody_elses_stays_and_one_of_ours_is_replaced(
    archive: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.tex").write_text("years of work")
    done = out(archive, "csv", "-o", str(theirs))
    assert done.returncode == 2
    assert "no data set of this program" in done.stderr
    assert (theirs / "thesis.tex").read_text() == "years of work"
    ours = tmp_path / "ours"
    assert out(archive, "csv", "-o", str(ours)).returncode == 0
    assert out(archive, "jsonl", "-o", str(ours)).returncode == 0
    assert sorted(p.name for p in (ours / "data").iterdir()) == [
        "stories.jsonl", "stories.schema.json",
    ]  # fmt: skip
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ours", "theirs"]
    for name in ("archive.db", "warc"):
        assert out(archive, "csv", "-o", str(archive / name)).returncode == 2


def test_what_somebody_put_or_changed_is_never_taken_away(archive: Path, tmp_path: Path) -> None:
    disc = tmp_path / "disc"  # many a folder has digests of its own
    disc.mkdir()
    (disc / "SHA256SUMS").write_text("00  disc.iso\n")
    (disc / "disc.iso").write_text("theirs")
    done = out(archive, "csv", "-o", str(disc))
    assert "no data set of this program" in done.stderr
    assert sorted(p.name for p in disc.iterdir()) == ["SHA256SUMS", "disc.iso"]
    ours = tmp_path / "ours"
    assert out(archive, "csv", "-o", str(ours)).returncode == 0
    card = ours / "README.md"
    written = card.read_text(encoding="utf-8")
    card.write_text(f"{written}By Ada Brook.\n", encoding="utf-8")
    done = out(archive, "csv", "-o", str(ours))
    assert (done.returncode, done.stderr.count("README.md was put there or changed")) == (2, 1)
    card.write_text(written, encoding="utf-8")
    (ours / "data" / "notes").symlink_to(disc)
    done = out(archive, "csv", "-o", str(ours))
    assert (done.returncode, done.stderr.count("notes was put there or changed")) == (2, 1)
    for path in (tmp_path / "stories.csv.part", tmp_path / "thesis.docx"):
        path.write_text("theirs")
    assert out(archive, "csv", "-o", str(tmp_path / "stories.csv")).returncode == 0
    assert out(archive, "csv", "-o", str(tmp_path / "thesis.docx")).returncode == 2
    for path in (tmp_path / "stories.csv.part", tmp_path / "thesis.docx"):
        assert path.read_text() == "theirs"
    other = tmp_path / "other" / "archive.db"
    other.parent.mkdir()
    other.write_text("theirs")
    done = out(archive, "sqlite", "-o", str(other))
    assert (done.returncode, other.read_text()) == (2, "theirs")


def test_two_exports_do_not_take_each_others_folder(archive: Path, tmp_path: Path) -> None:
    part = tmp_path / "set.part"
    part.mkdir()
    with (part / "SHA256SUMS").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = out(archive, "csv", "-o", str(tmp_path / "set"))
    assert done.returncode == 2
    assert "another export is writing" in done.stderr
    assert [path.name for path in part.iterdir()] == ["SHA256SUMS"]


def test_a_query_without_an_end_ends_by_a_signal(archive: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "q.sql"
    os.mkfifo(pipe)
    running = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "export", "csv", str(archive), "--sql", str(pipe),
         "-o", str(tmp_path / "x.csv")],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    pipe.write_text(
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
        " SELECT count(*) AS id FROM n"
    )
    pause.sleep(2)  # it is on its way by now; if not, it ends by the signal as any other does
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=300)
    assert (running.returncode, said.count("\n")) == (143, 1), said
    assert [path.name for path in tmp_path.iterdir()] == ["q.sql"]


def test_a_broken_export_leaves_nothing_half(archive: Path, tmp_path: Path) -> None:
    """A disk that is full: the file grows no longer."""
    script = "import sys; from crawler.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "export", "csv", str(archive), "-o", str(tmp_path / "set")],
        capture_output=True, text=True, cwd=ROOT, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )  # fmt: skip
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert list(tmp_path.iterdir()) == []
    # a process that was killed leaves its folder, and the next one takes it away
    part = tmp_path / "set.part"
    part.mkdir()
    (part / "SHA256SUMS").touch()
    (part / "half").touch()
    assert out(archive, "csv", "-o", str(tmp_path / "set")).returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["set"]
