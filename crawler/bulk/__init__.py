"""WARC files by the thousand: a task a file, each into an archive of its own, a shard.

tasks: what is to be done, what came of it, and what is done already. one: a task, in a process of
its own. running: that process, from outside. local, cluster: where tasks run.
"""
