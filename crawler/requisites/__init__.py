"""What pages need to be shown: what a page and a style sheet name, and what came for it.

Functions of bytes and trees: nothing is fetched here, and nothing is decoded but text.
"""

from crawler.requisites.fonts import is_font
from crawler.requisites.pages import page_needs
from crawler.requisites.pictures import picture_in
from crawler.requisites.styles import is_style_sheet, style_needs

__all__ = ["is_font", "is_style_sheet", "page_needs", "picture_in", "style_needs"]
