"""What others are given to run: pinned, listed, checked; the container and its programs."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LOCKS = ("bootstrap", "main", "image", "dev", "replay", "readers")


def pinned(lock: str) -> dict[str, str]:
    """Name → version."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE | re.IGNORECASE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_digest_and_from_no_named_index(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    assert "index-url" not in text
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", text)
    named = [each for each in blocks if not each.startswith("#")]
    assert named
    assert [each.split()[0] for each in named if "--hash=sha256:" not in each] == []


def test_locks_agree() -> None:
    dev = pinned("dev")
    assert all(pinned("bootstrap")[name] == dev[name] for name in ("uv", "hatchling"))
    for lock in ("main", "image"):
        assert {n: v for n, v in pinned(lock).items() if dev.get(n) != v} == {}, lock
    assert pinned("main").items() <= pinned("image").items()


def test_the_bill_of_materials_has_every_package(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "-o", "setup", "-s", "sbom", f"BIN={BIN}"], cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    bill = json.loads((ROOT / "dist" / "hemeroteca.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "hemeroteca"
    listed = {each["name"].lower(): each["version"] for each in bill["components"]}
    assert listed == {name.lower(): version for name, version in pinned("image").items()}


def audit(tmp_path: Path, answer: object, errors: str = "", code: int = 0) -> tuple[int, str]:
    """The check, asking a program that answers so."""
    fake = tmp_path / "pip-audit"
    fake.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stderr.write({errors!r})\nanswer = {answer!r}\n"
        "if answer: open(sys.argv[sys.argv.index('--output') + 1], 'w').write(answer)\n"
        f"sys.exit({code})\n"
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run(
        [sys.executable, ".ci/audit.py", "requirements/main.lock", str(fake)], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def package(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "version": "1", "vulns": []} | more


def test_the_audit_fails_for_a_vulnerability_and_names_what_was_not_checked(tmp_path: Path) -> None:
    hole = {"id": "PYSEC-1", "fix_versions": ["2"]}
    answer = {"dependencies": [package("a", vulns=[hole]), package("b")]}
    code, said = audit(tmp_path, json.dumps(answer), code=1)
    assert (code, said.splitlines()[0]) == (1, "audit: a 1 has PYSEC-1; fixed in: 2")
    skipped = {"name": "c", "skip_reason": "not found"}
    answer = {"dependencies": [package("b"), skipped]}
    assert audit(tmp_path, json.dumps(answer)) == (
        0,
        "audit: 1 of 2 packages are unknown there: c\naudit: 1 checked, 0 vulnerabilities known\n",
    )
    code, said = audit(tmp_path, json.dumps({"dependencies": [skipped]}))
    assert code == 0
    assert "NOTHING was checked" in said


def test_the_audit_passes_without_network_and_not_with_a_broken_lock(tmp_path: Path) -> None:
    code, said = audit(tmp_path, "", "requests.exceptions.ProxyError: …", 1)
    assert code == 0
    assert "no network" in said
    code, said = audit(tmp_path, "", "ERROR: invalid requirements input", 1)
    assert (code, said) == (1, "ERROR: invalid requirements input")


def test_the_audit_without_network_as_it_is(tmp_path: Path) -> None:
    nobody = {
        **os.environ,
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    nobody |= {"NO_PROXY": "", "no_proxy": "", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, ".ci/audit.py", "requirements/bootstrap.lock", str(BIN / "pip-audit")],
        cwd=ROOT, capture_output=True, text=True, check=False, env=nobody,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "NOTHING was checked" in done.stdout


# -- the container -------------------------------------------------------------------------------


def test_the_containers_recipe_passes_the_linter() -> None:
    done = subprocess.run(
        [BIN / "hadolint", "--failure-threshold", "style", "Containerfile"], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_the_recipe_copies_what_is_there_and_runs_as_nobody() -> None:
    text = (ROOT / "Containerfile").read_text()
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE)
        for word in line.split()[:-1]
        if not word.startswith("--")
    ]
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for each in copied:
        assert (ROOT / each).exists(), each
        assert f"!{each.split('/')[0]}" in allowed, each
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    said = set(re.findall(r"^[A-Z]+", text, re.MULTILINE))
    assert {"HEALTHCHECK", "VOLUME", "ENTRYPOINT"} <= said
    built_with = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert built_with == [f"hatchling=={pinned('bootstrap')['hatchling']}"]


def test_a_night_is_a_run_and_its_end_is_what_health_looks_at(tmp_path: Path) -> None:
    last, fake = tmp_path / "last", tmp_path / "hemeroteca"
    fake.write_text(f"#!/bin/sh\necho \"$@\" >>'{tmp_path / 'asked'}'\nexit 10\n")
    fake.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LAST_RUN": str(last)}

    def health() -> tuple[int, str]:
        done = subprocess.run(
            ["sh", "container/healthy"], cwd=ROOT, env=env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.strip()

    assert health() == (0, "")
    sleep = tmp_path / "sleep"
    sleep.write_text(f"#!/bin/sh\n[ -e '{last}' ] && exec /bin/sleep 60\nexit 0\n")
    sleep.chmod(0o755)
    night = subprocess.Popen(["sh", "container/nightly"], cwd=ROOT, env={**env, "AT": "02:00"})
    until = time.monotonic() + 60
    while not last.exists() or not last.read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    night.send_signal(signal.SIGTERM)
    assert night.wait(timeout=60) == 0
    assert (tmp_path / "asked").read_text() == "crawl news --if-busy skip\n"
    assert health() == (1, "the last run ended with exit code 10")
    last.write_text("8\n")
    assert health() == (0, "")
    os.utime(last, (time.time() - 2 * 86_400,) * 2)
    assert health() == (1, "no run has ended for 36 hours")
