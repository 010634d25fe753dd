"""What the names in classes and ids say of an element."""

from crawler.extract.markup.boilerplate import (
    is_hard_noise,
    is_hidden,
    is_noise,
    named_story,
    names_of,
)
from crawler.extract.markup.class_names import Meaning, meanings
from crawler.extract.markup.labelled import Marks, elsewhere, marks

__all__ = [
    "Marks",
    "Meaning",
    "elsewhere",
    "is_hard_noise",
    "is_hidden",
    "is_noise",
    "marks",
    "meanings",
    "named_story",
    "names_of",
]
