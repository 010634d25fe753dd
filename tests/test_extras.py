"""A verb whose extra is not installed says how to install it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crawler import extras
from crawler.errors import UsageError
from crawler.extras import install_line, needs_extra


def test_what_is_missing_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extras, "CHECKOUT", None)
    with pytest.raises(UsageError) as caught, needs_extra("notify", "notify"):
        import no_such_library.of_ours  # type: ignore[import-not-found]  # noqa: F401
    assert str(caught.value) == (
        "notify needs no_such_library, which is not installed:"
        f" {sys.executable} -m pip install 'hemeroteca[notify]'"
    )


def test_a_module_of_ours_that_is_missing_is_a_fault() -> None:
    with pytest.raises(ModuleNotFoundError), needs_extra("notify", "notify"):
        import crawler.nowhere  # type: ignore[import-not-found]  # noqa: F401


def test_what_is_installed_is_used() -> None:
    with needs_extra("notify", "notify"):
        import json
    assert json.loads("1") == 1


@pytest.mark.parametrize(
    ("receipt", "begins"),
    [("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx install")],
)
def test_the_line_is_of_the_installer_that_was_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, receipt: str, begins: str
) -> None:
    monkeypatch.setattr(extras, "CHECKOUT", None)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / receipt).touch()
    assert install_line("room") == f"{begins} --force 'hemeroteca[room]'"


def test_in_the_checkout_it_is_that_of_the_checkout() -> None:
    assert "pyproject.toml --extra room" in install_line("room")
