"""What is installed from a wheel works without the checkout, whatever folder one is in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import pytest

from crawler import __version__
from crawler.extract.version import extractor_version

from .conftest import ROOT, query
from .test_command_line import foreign_project

UV = str(Path(sys.executable).with_name("uv"))


def build(source: Path, into: Path) -> Path:
    """A wheel, built by the backend that pyproject.toml pins, without the network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = into.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a wheel is built from, with archives lying about in it."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("crawler", "spiders", "pipelines", "data"):
        left = ("__pycache__", "archive") if name == "data" else ("__pycache__",)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*left))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    for name in ("archive", "mine"):
        (folder / "data" / name / "warc").mkdir(parents=True, exist_ok=True)
        (folder / "data" / name / "archive.db").write_text("an archive")
        (folder / "data" / name / "warc" / "a.warc.gz").write_text("a record")
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are of an environment with the wheel, and nothing besides what
    requirements/main.lock names, taken from the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = folder / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    take_along(Path(site.stdout.strip()))
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps", "--python",
         str(python), str(wheel)], check=True,
    )  # fmt: skip
    # that it needs no more than what is there
    subprocess.run([UV, "pip", "check", "--quiet", "--python", str(python)], check=True)
    return python.parent


def take_along(site: Path) -> None:
    """Link what the lock names into another environment's packages: nothing is fetched."""

    def link(source: str, target: str) -> None:
        if not os.path.exists(target):  # noqa: PTH110
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)

    lock = (ROOT / "requirements" / "main.lock").read_text(encoding="utf-8")
    for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another Python, or another system
        for top in sorted({file.parts[0] for file in found.files or ()} - {".."}):
            path = Path(str(found.locate_file(top)))
            if path.is_dir():
                shutil.copytree(path, site / top, copy_function=link, dirs_exist_ok=True)
            elif path.exists():
                link(str(path), str(site / top))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of another Scrapy project, whose packages have the names of ours."""
    foreign_project(tmp_path)
    (tmp_path / "crawler").mkdir()
    (tmp_path / "crawler" / "__init__.py").write_text("raise AssertionError('the foreign crawler')")
    return tmp_path


def run(command: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    hidden = ("PYTHONPATH", "HEMEROTECA_ARCHIVE", "SCRAPY_SETTINGS_MODULE", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, text=True, timeout=500,
        env={**environment, "COLUMNS": "100"},
    )  # fmt: skip


def test_a_wheel_is_one_package_with_all_that_ships_and_no_archive(
    wheel: Path, source: Path
) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    assert {name.split("/")[0] for name in names} == {
        "crawler", f"hemeroteca-{__version__}.dist-info",
    }  # fmt: skip
    bundled = {
        f"crawler/data/{path.relative_to(source / 'data').as_posix()}"
        for folder in ("demo", "languages")
        for path in (source / "data" / folder).rglob("*")
        if path.is_file()
    }
    assert {name for name in names if name.startswith("crawler/data/")} == bundled
    for name in ("py.typed", "__main__.py", "spiders/news.py", "pipelines/store.py"):
        assert f"crawler/{name}" in names


def test_the_same_source_gives_the_same_wheel(source: Path, wheel: Path, tmp_path: Path) -> None:
    assert build(source, tmp_path).read_bytes() == wheel.read_bytes()


def test_the_backend_is_the_one_that_the_lock_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["build-system"]["requires"] == [f"hatchling=={version('hatchling')}"]


@pytest.fixture
def archived(bin_folder: Path, elsewhere: Path) -> tuple[Path, str]:
    done = run(
        bin_folder / "hemeroteca", "demo", "--crawl", "--port", "0", "-a", "archive=kept",
        folder=elsewhere,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return elsewhere / "kept", done.stdout


def test_it_archives_the_demo_newspaper_in_the_folder_of_another_project(
    archived: tuple[Path, str], bin_folder: Path
) -> None:
    kept, said = archived
    assert said.startswith("39 new articles")
    # what it tells to type is there
    typed = next(line.strip() for line in said.splitlines() if line.endswith("status kept"))
    shown = run(Path(typed.split()[0]), *typed.split()[1:], folder=kept.parent)
    assert (shown.returncode, shown.stdout[:11]) == (0, "39 articles")
    # read by the same extractor as by the checkout
    (learned,) = query(kept, "SELECT rules FROM site_profiles")
    assert query(kept, "SELECT DISTINCT extractor FROM revisions") == [
        {"extractor": f"{extractor_version()}+{learned['rules']}"}
    ]
    code = (
        "from crawler import extract, open_archive\n"
        "with open_archive('kept') as archive:\n"
        "    story = next(archive.stories())\n"
        "    capture = archive.captures(story)[-1]\n"
        "    print(extract(archive.body(capture), capture.url).title == story.title)"
    )
    # -P: not the `crawler` of the folder that one is in
    done = run(bin_folder / "python", "-P", "-c", code, folder=kept.parent)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_it_says_its_version(bin_folder: Path, elsewhere: Path) -> None:
    for command in ((bin_folder / "hemeroteca",), (bin_folder / "python", "-P", "-m", "crawler")):
        done = run(*command, "--version", folder=elsewhere)
        assert (done.returncode, done.stdout) == (0, f"hemeroteca {__version__}\n"), done.stderr


def test_its_archive_is_in_the_folder_that_one_is_in(bin_folder: Path, elsewhere: Path) -> None:
    done = run(bin_folder / "hemeroteca", "status", folder=elsewhere)
    assert done.returncode == 2
    assert done.stderr == (
        "hemeroteca status: no archive at archive (no archive.db in it); name the folder that a"
        " crawl wrote, or make one: hemeroteca crawl news -a site=…\n"
    )
