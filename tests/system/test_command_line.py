"""`hemeroteca`, here as `python -m crawler`: Scrapy's command line with our settings, anywhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler import __version__
from crawler.bundled import PROGRAM

from .conftest import ROOT, Archived

# Stands in Scrapy's place: is never done with being loaded, and lets no exception out.
ENDLESS = """
import time
print("loading", flush=True)
for _ in range(600):
    try:
        time.sleep(0.1)
    except BaseException:
        pass
"""


def hemeroteca(
    *arguments: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crawler", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=500,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
    )  # fmt: skip


def test_it_says_its_version(tmp_path: Path) -> None:
    done = hemeroteca("--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"hemeroteca {__version__}\n")


@pytest.mark.usefixtures("loaded_commands")
def test_without_a_verb_it_lists_all(tmp_path: Path) -> None:
    done = hemeroteca(folder=tmp_path)
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    verbs = (path.stem for path in (ROOT / "crawler" / "commands").glob("*.py"))
    assert {verb for verb in verbs if verb[0] != "_"} == listed
    assert done.returncode == 0


@pytest.mark.usefixtures("loaded_commands")
def test_a_verb_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    done = hemeroteca("statsu", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "hemeroteca: no verb 'statsu'; did you mean status? hemeroteca -h lists all\n"
    )


@pytest.mark.usefixtures("loaded_commands")
def test_an_option_that_there_is_not_is_refused_without_a_verb_too(tmp_path: Path) -> None:
    done = hemeroteca("--vresion", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "hemeroteca: there is no option --vresion without a verb; hemeroteca -h lists all\n"
    )


def test_a_folder_that_is_no_longer_there_is_told_in_one_line(tmp_path: Path) -> None:
    code = "import os, sys; os.mkdir('x'); os.chdir('x'); os.rmdir('../x')"
    run = "from crawler import command_line; command_line.run(['status'])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {run}"], cwd=tmp_path, capture_output=True, text=True,
        timeout=500, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2, "hemeroteca: the current folder cannot be used (No such file or directory);"
        " change to another one\n",
    )  # fmt: skip


PAGE = "<h1>Fähre über den Fluß – нет</h1><p>" + "Sie fährt wieder über den Fluß. " * 30


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_any_encoding_of_the_terminal_is_written_to(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    done = hemeroteca("try", "page.html", folder=tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("нет" in done.stdout) == (encoding == "utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_an_output_that_is_closed_or_full_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    for output, code, told in (
        (">&-", 0, ""), (">/dev/full", 5, f"{PROGRAM}: no space is left for the output\n"),
    ):  # fmt: skip
        done = subprocess.run(
            f"{sys.executable} -m crawler try page.html {output}", shell=True, cwd=tmp_path,
            capture_output=True, text=True, timeout=500,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (code, told)


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_while_scrapy_is_loaded_is_one_line(
    tmp_path: Path, signum: signal.Signals, code: int
) -> None:
    (tmp_path / "scrapy").mkdir()
    (tmp_path / "scrapy" / "__init__.py").write_text(ENDLESS)
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "verify"], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signum)
        _, errors = process.communicate(timeout=500)
    assert (process.returncode, errors) == (code, "hemeroteca: stopped\n")


SPIDERS = ["article", "commoncrawl", "missing", "news", "wayback"]


def foreign_project(folder: Path) -> None:
    """A Scrapy project whose packages are named as ours are, and fail when they are loaded."""
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = shop.settings\n")
    for name in ("spiders", "pipelines", "shop", "data"):
        (folder / name).mkdir()
        says = "" if name == "shop" else f"raise AssertionError('the foreign {name}')\n"
        (folder / name / "__init__.py").write_text(says)
    (folder / "shop" / "settings.py").write_text("BOT_NAME = 'shop'\nSPIDER_MODULES = ['spiders']")


def test_in_the_folder_of_another_project_it_is_what_it_is(tmp_path: Path) -> None:
    foreign_project(tmp_path)
    done = hemeroteca("list", folder=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, SPIDERS), done.stderr


def test_settings_that_build_on_ours_are_taken_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").touch()
    (tmp_path / "mine.py").write_text("from crawler.settings import *\nBOT_NAME = 'mine'\n")
    done = hemeroteca(
        "settings", "--get", "BOT_NAME", folder=tmp_path, SCRAPY_SETTINGS_MODULE="mine"
    )
    assert (done.stdout, done.stderr) == ("mine\n", "")


def test_settings_of_another_project_are_not(tmp_path: Path) -> None:
    foreign_project(tmp_path)
    done = hemeroteca(
        "settings", "--get", "BOT_NAME", folder=tmp_path, SCRAPY_SETTINGS_MODULE="shop.settings"
    )
    assert done.stdout == "hemeroteca\n"
    assert done.stderr.startswith(
        "hemeroteca: SCRAPY_SETTINGS_MODULE=shop.settings belongs to another"
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("loaded_commands")
def test_settings_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    done = hemeroteca("list", folder=tmp_path, SCRAPY_SETTINGS_MODULE="nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("hemeroteca: SCRAPY_SETTINGS_MODULE=nowhere cannot be imported")
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("loaded_commands")
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_a_shell_completes_verbs_and_options(tmp_path: Path) -> None:
    script = hemeroteca("completion", "bash", folder=tmp_path)
    assert script.returncode == 0, script.stderr

    def completed(*words: str) -> list[str]:
        typed = " ".join((PROGRAM, *words))
        asked = (
            f"COMP_WORDS=({typed})\nCOMP_CWORD={len(words)}\n"
            f'$(complete -p {PROGRAM} | sed "s/.*-F \\([^ ]*\\).*/\\1/")\n'
            'printf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        done = subprocess.run(
            ["bash", "-c", f"{script.stdout}\n{asked}"],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split()

    assert completed("sta") == ["status"]
    assert completed("verify", "--ref") == ["--refetch"]
    assert completed("crawl", "ne") == ["news"]


@pytest.mark.usefixtures("loaded_commands")
def test_a_shell_that_is_not_known_is_refused(tmp_path: Path) -> None:
    done = hemeroteca("completion", "fish", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"{PROGRAM} completion: name one shell: bash, zsh, tcsh\n"


@pytest.mark.parametrize("verb", ["status", "verify", "completion bash", "export csv"])
def test_an_output_that_nobody_reads_any_more_is_no_fault(archived: Archived, verb: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    folder = [] if verb.startswith("completion") else [str(archived.folder)]
    with os.fdopen(writing, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "crawler", *verb.split(), *folder],
            stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=500,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (141, "")  # as a shell has it for SIGPIPE


@pytest.mark.usefixtures("loaded_commands")
def test_a_configuration_without_papers_is_in_the_way_of_nobody(tmp_path: Path) -> None:
    assert hemeroteca("init", folder=tmp_path).returncode == 0
    for words in (["status"], ["search", "river"], ["verify"]):
        done = hemeroteca(*words, folder=tmp_path)
        assert "there are no papers" not in done.stderr
        assert "no archive at " in done.stderr
    alone = hemeroteca("crawl", "news", "-a", "site=http://127.0.0.1:1", folder=tmp_path)
    assert "could not be archived" in alone.stderr
    for words in (["crawl", "news"], ["init", "--check"], ["schedule", "--at", "02:00"]):
        done = hemeroteca(*words, folder=tmp_path)
        assert done.returncode == 11
        assert "there are no papers; write [papers.daily]" in done.stderr


@pytest.mark.usefixtures("loaded_commands")
def test_what_is_said_twice_or_not_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "-old").mkdir()
    for words, said in (
        (("crawl", "news", "-a", "site=a.example", "-a", "site=b.example"),
         "site= is there twice; write -a site=a.example,b.example"),
        (("crawl", "news", "-a", "site=a.example", "-a", "since=2024", "-a", "since=2025"),
         "since= is there twice, with 2024 and 2025; write one"),
        (("status", "-a", "archive=one", "-a", "archive=two"), "archive=two is a second one"),
        (("crawl", "article", "-a", "urls="), "urls= is empty; name a text file"),
        (("demo", "evening"), "evening: demo takes no words"),
        (("schedule", ""), "'': schedule takes no words"),
        (("try", ""), "'' is no page"),
        (("import", ""), "no file matches ''"),
        (("status", "-old"), "a file of that name is typed with ./ before it"),
        (("backup", "archive", "copy"), "-a archive=DIR names the archive"),
    ):  # fmt: skip
        done = hemeroteca(*words, folder=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert said in done.stderr, (words, done.stderr)
        assert len(done.stderr.splitlines()) == 1, (words, done.stderr)
