"""The reading room: an archive in the browser, for people who write no SQL.

A local web application on Datasette, by its plugin hooks: our pages stand in front, SQL, JSON and
CSV of Datasette one click below. Loaded by `browse` alone, for it needs the extra `room`.
"""
