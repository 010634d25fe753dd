"""A run each night: units that systemd accepts, a line that cron does, runs that overlap."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.archive.lock import ArchiveLock
from crawler.units import Job, crontab, service, timer

pytestmark = pytest.mark.usefixtures("loaded_commands")

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE = 35
"""What systemd-analyze security may say at most, of 100: "OK" begins at 50, "SAFE" at 20."""

CONFIG = 'contact = "you@library.example"\n[papers.daily]\naddress = "http://127.0.0.1:9/"\n'


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}


def scrapy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crawler", *words], cwd=folder, env=environment(), text=True,
        capture_output=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One whose name has what units and crontabs have a meaning for."""
    found = tmp_path / "50% off, the $daily's"
    found.mkdir()
    (found / "hemeroteca.toml").write_text(CONFIG)
    return found


def test_units_are_written_and_what_to_type_is_said(folder: Path) -> None:
    done = scrapy(folder, "schedule", "--at", "3:15", "--jitter", "10", "--if-busy", "wait")
    assert done.returncode == 0, done.stderr
    assert "OnCalendar=*-*-* 03:15:00" in (folder / "hemeroteca.timer").read_text()
    text = (folder / "hemeroteca.timer").read_text()
    assert "RandomizedDelaySec=10min" in text
    assert "Persistent=true" in text
    unit = (folder / "hemeroteca.service").read_text()
    assert "--if-busy wait" in unit
    assert "50%% off, the $daily's" in unit
    assert "enable --now hemeroteca.timer" in done.stdout
    assert "15 3 * * *  cd " in done.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_accepts_the_units_and_finds_them_hardened(folder: Path, tmp_path: Path) -> None:
    scrapy(folder, "schedule", "--user", "root")
    units = [folder / f"hemeroteca.{kind}" for kind in ("service", "timer")]
    shown = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True
    )
    ours = [line for line in shown.stderr.splitlines() if "hemeroteca" in line]
    assert ours == []
    assert shown.returncode == 0
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={SAFE}", str(units[0])],
        capture_output=True, text=True, env={**os.environ, "SYSTEMD_COLORS": "0"},
    )  # fmt: skip
    assert rated.returncode == 0, rated.stdout[-500:]


def test_the_command_of_the_unit_is_what_systemd_will_start(folder: Path) -> None:
    job = Job(
        ["/usr/bin/python3", "-m", "crawler", "--config", str(folder / "hemeroteca.toml")],
        folder, folder / "hemeroteca.toml", [folder], folder / "hemeroteca.env", "ada",
    )  # fmt: skip
    (line,) = re.findall(r"^ExecStart=(.*)$", service(job), re.MULTILINE)
    quoted = str(folder / "hemeroteca.toml").replace("%", "%%").replace("$", "$$")
    assert line == f'/usr/bin/python3 -m crawler --config "{quoted}"'
    folder_in_unit = str(folder).replace("%", "%%")  # only in commands is $ more than a letter
    assert f'ReadWritePaths="{folder_in_unit}"' in service(job).splitlines()


def test_the_line_of_cron_runs_as_it_is_and_speaks_only_where_it_fails(folder: Path) -> None:
    def run(program: str) -> subprocess.CompletedProcess[str]:
        job = Job(
            [sys.executable, "-c", program], folder, folder / "hemeroteca.toml", [folder],
            folder / "env", "ada", {"WHERE": "100% here"},
        )  # fmt: skip
        line = crontab(job, 2, 5, folder / "hemeroteca.log")
        assert line.startswith("5 2 * * *  ")
        command = line.split("  ", 1)[1].replace(r"\%", "%")  # as cron hands it to the shell
        assert "%" not in line.replace(r"\%", "")
        return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True)

    assert run("print('all is well')").stdout == ""
    (folder / "env").write_text("SECRET='a&b'\n")
    assert run("import os, sys; print(os.environ['SECRET']); sys.exit(1)").stdout == "a&b\n"
    said = "import os, sys; print(os.environ['WHERE'], os.getcwd()); sys.exit(3)"
    assert run(said).stdout == f"100% here {folder}\n"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["--at", "25:00"], "--at 25:00 is no time; write it as in 02:00"),
        (["--jitter", "soon"], "--jitter must be minutes, from 0 to 720"),
        (["--if-busy", "stop"], "invalid choice: 'stop'"),
        (["now"], "now: schedule takes no words"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, words: list[str], wrong: str) -> None:
    done = scrapy(folder, "schedule", *words)
    assert done.returncode == 2
    assert wrong in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(folder.glob("*.service"))


def test_a_folder_that_no_unit_can_name_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "daily\nUser=root"
    folder.mkdir()
    (folder / "hemeroteca.toml").write_text(CONFIG)
    done = scrapy(folder, "schedule")
    assert done.returncode == 2
    assert "neither systemd nor cron can name it" in done.stderr
    assert not list(folder.glob("*.service"))


def test_a_timer_may_be_without_jitter() -> None:
    assert "RandomizedDelaySec=0min" in timer(2, 0, 0)


def test_a_run_that_overlaps_another_says_so_and_fails_skips_or_waits(folder: Path) -> None:
    archive = folder / "archive"
    archive.mkdir()
    hold = ArchiveLock(archive)
    hold.acquire()
    words = ("crawl", "news", "-a", "allow_private=1", "-s", "RETRY_TIMES=0")
    try:
        fails = scrapy(folder, *words)
        skips = scrapy(folder, *words, "--if-busy", "skip")
        said = folder / "said.txt"
        with said.open("w") as out:
            waiting = subprocess.Popen(
                [sys.executable, "-m", "crawler", *words, "--if-busy", "wait"], cwd=folder,
                env=environment(), stdout=out, stderr=out,
            )  # fmt: skip
        ends = time.monotonic() + 300
        while "waiting until it ends" not in said.read_text():
            assert waiting.poll() is None, said.read_text()
            assert time.monotonic() < ends
            time.sleep(0.1)
    finally:
        hold.release()
    assert fails.returncode == 4
    assert skips.returncode == 0
    assert f"is in use by process {os.getpid()}" in skips.stderr
    assert "skipped: the next run goes on" in skips.stderr
    assert waiting.wait(300) == 3  # there is nobody at that address: it did run
