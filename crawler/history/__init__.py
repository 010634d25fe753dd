"""How a story's text changed: what a reader would see of it, paragraph by paragraph, word by word,
and how much it means.

Pure functions on texts, no database and no clock:

- `reader_text`: two texts as a reader, or as a reader who cares for no typography, compares them;
- `words`: a text as words, numbers and marks;
- `sequences`: what two sequences have in common, in bounded time;
- `alignment`: which paragraph became which;
- `word_diff`: what changed within one;
- `passages`: both together, as one reads a changed text;
- `dates`: a changed date;
- `significance`: how many words, which numbers, quotes and names;
- `revision_diff`: all of it, of two states of a story.
"""
