"""What the names in classes and ids say of an element."""

from crawler.extract.markup.boilerplate import (
    is_hidden,
    is_marked_noise,
    is_named_noise,
    is_noise,
    is_wrapper,
    named_story,
    names_of,
)
from crawler.extract.markup.class_names import Meaning, meanings
from crawler.extract.markup.labelled import Marks, elsewhere, is_line_of_story, marks

__all__ = [
    "Marks",
    "Meaning",
    "elsewhere",
    "is_hidden",
    "is_line_of_story",
    "is_marked_noise",
    "is_named_noise",
    "is_noise",
    "is_wrapper",
    "marks",
    "meanings",
    "named_story",
    "names_of",
]
