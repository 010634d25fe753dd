"""Many workers on many papers: which paper is whose, until when, and where its archive is.

PostgreSQL has the truth (`schema.sql`), and its clock alone says what has expired. A paper is
leased to one worker at a time, which runs the ordinary `crawl news` of it in a process of its own.
"""
