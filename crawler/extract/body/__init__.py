"""A story's text: where it stands on its page, and what of it is the story."""

from crawler.extract.body.blocks import read_blocks
from crawler.extract.body.container import StoryPlace, story_place
from crawler.extract.body.figures import captioned, figure_block, is_caption, picture_block
from crawler.extract.body.join import goes_on, join
from crawler.extract.body.other_stories import other_stories
from crawler.extract.body.pictures import PICTURES
from crawler.extract.body.promos import promo_label
from crawler.extract.body.prose import is_prose, prose_length
from crawler.extract.body.story import Body, body
from crawler.extract.body.wall import LONGEST_WALL, SHORT_TEXT

__all__ = [
    "LONGEST_WALL",
    "PICTURES",
    "SHORT_TEXT",
    "Body",
    "StoryPlace",
    "body",
    "captioned",
    "figure_block",
    "goes_on",
    "is_caption",
    "is_prose",
    "join",
    "other_stories",
    "picture_block",
    "promo_label",
    "prose_length",
    "read_blocks",
    "story_place",
]
