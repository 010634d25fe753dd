"""A corpus that one can publish: stories of an archive as tables, pages and references, with a card
that tells what they are."""
