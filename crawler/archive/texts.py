"""The text of a revision and its Markdown, which share most of their paragraphs: each is stored
once."""

from __future__ import annotations

import json

_BREAK = "\n\n"


def markdown_parts(text: str, markdown: str) -> str | None:
    """What `revision_texts.markdown_parts` keeps of a Markdown beside the text: None where it is
    the text itself; else a JSON list of its paragraphs, in which a number stands for that paragraph
    of the text.

    >>> markdown_parts("One.\\n\\nTwo.", "One.\\n\\n![](two.jpg)\\n\\nTwo.")
    '[0, "![](two.jpg)", 1]'
    """
    if text == markdown:
        return None
    # the view that puts them together parts the text by SQL, where it is written as JSON: a
    # backslash of the text's own could be taken for one of those
    paragraphs = [] if "\\" in text else text.split(_BREAK)
    numbers = {paragraph: number for number, paragraph in reversed(list(enumerate(paragraphs)))}
    parts = [numbers.get(part, part) for part in markdown.split(_BREAK)]
    return json.dumps(parts, ensure_ascii=False)


def markdown_of(text: str, parts: str | None) -> str:
    """The Markdown again, as the view `story_revisions` makes it."""
    if parts is None:
        return text
    paragraphs = text.split(_BREAK)
    return _BREAK.join(
        paragraphs[part] if isinstance(part, int) else part for part in json.loads(parts)
    )
