"""How to reach who runs a crawl is in the User-Agent, whichever way it was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

import crawler.settings
from crawler.bundled import user_agent
from crawler.commands._config import load
from crawler.commands._crawl_settings import name_contact
from crawler.errors import UsageError

MAIL = "archive@library.example"


def settings(**own: str) -> Settings:
    found = Settings()
    found.setmodule(crawler.settings, priority="project")
    found.update(own, priority="project")
    return found


@pytest.mark.parametrize("contact", [MAIL, "https://library.example/bot", "library.example"])
def test_a_contact_of_the_settings_is_in_the_user_agent(contact: str) -> None:
    found = settings(CONTACT=contact)
    name_contact(found)
    assert found["USER_AGENT"] == user_agent(contact)
    assert contact in found["USER_AGENT"]


def test_a_contact_that_is_said_comes_before_that_of_the_settings() -> None:
    found = settings(CONTACT="other@library.example")
    name_contact(found, MAIL)
    assert (found["CONTACT"], found["USER_AGENT"]) == (MAIL, user_agent(MAIL))


def test_a_contact_of_the_configuration_stands_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEMEROTECA_CONTACT", raising=False)
    path = tmp_path / "hemeroteca.toml"
    path.write_text(f"contact = '{MAIL}'\n[papers.a]\naddress = 'a.example'\n")
    found = settings()
    load(path).apply(found)
    name_contact(found)
    assert (found["CONTACT"], found["USER_AGENT"]) == (MAIL, user_agent(MAIL))
    assert found["ARCHIVE"] == str(tmp_path / "archive")
    name_contact(found, "other@library.example")
    assert found["CONTACT"] == "other@library.example"
    monkeypatch.setenv("HEMEROTECA_CONTACT", "env@library.example")
    found = settings(CONTACT="env@library.example")
    load(path).apply(found)
    assert found["CONTACT"] == "env@library.example"


def test_a_user_agent_of_one_s_own_is_kept() -> None:
    found = settings(CONTACT=MAIL, USER_AGENT="mine/1 (+https://library.example)")
    name_contact(found)
    assert found["USER_AGENT"] == "mine/1 (+https://library.example)"


def test_without_a_contact_nothing_is_changed() -> None:
    found = settings(CONTACT=" ")
    name_contact(found)
    assert found["USER_AGENT"] == crawler.settings.USER_AGENT


@pytest.mark.parametrize("contact", ["", " ", "nobody", "a@b.example\r\nX: y", "jürgen@a.example"])
def test_nobody_is_reached_by_what_is_no_contact(contact: str) -> None:
    with pytest.raises(UsageError, match="must be a mail address or URL"):
        name_contact(settings(), contact)
