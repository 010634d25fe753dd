"""How far an archive's edit history can be trusted: real pages in versions, crawled and judged.

`pages` prepares real pages and finds their parts; `edits`, `noise` and `walls` change them or put
something else in their place; `kinds` says what each change is and what is right to make of it;
`site` serves the versions; `judge` reads the archive; `table` prints what came of it.
"""
