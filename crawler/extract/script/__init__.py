"""What a page ships for its scripts, read as the story, or the list of stories, that they show."""

from crawler.extract.script.addresses import story_addresses
from crawler.extract.script.shell import is_shell
from crawler.extract.script.story import SOURCE, ScriptStory, as_page, relabelled, script_story

__all__ = [
    "SOURCE",
    "ScriptStory",
    "as_page",
    "is_shell",
    "relabelled",
    "script_story",
    "story_addresses",
]
