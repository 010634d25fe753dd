"""Runs inside the peers' environment: pages in, readings out, one JSON object a line.

    python run_peer.py NAME

First writes {"version", "lxml", "python"}, or {"error"} and ends where the peer cannot be loaded.
Then for each line {"id", "url", "html_b64"} writes {"id", "answer": {title, authors, date,
standfirst, body} or null, "error", "parse_ms", "read_ms"}. Imports nothing of the project but its
two neighbours. There is no network for what runs here.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import platform
import socket
import sys
import warnings
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, NoReturn

from readers import PEERS
from turns import take_turn, warm_up


def main() -> None:
    """Entry point."""
    # what a peer prints must not end up between our lines
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    refuse_network()

    def reply(row: dict[str, Any]) -> None:
        replies.write(json.dumps(row, default=str) + "\n")
        replies.flush()

    peer = PEERS[sys.argv[1]]
    try:
        read = peer.load()
    except Exception as error:
        reply({"error": f"{type(error).__name__}: {error}"[:200]})
        return
    warm_up(read)
    reply(
        {
            "version": version(peer.package),
            "lxml": version("lxml"),
            "python": platform.python_version(),
        }
    )
    for line in sys.stdin:
        page = json.loads(line)
        turn = take_turn(read, base64.b64decode(page["html_b64"]), page["url"])
        reply({"id": page["id"], **asdict(turn)})


def refuse_network() -> None:
    """Make every connection and look-up of a name fail at once."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("no network here")

    for owner, name in (
        (socket.socket, "connect"),
        (socket.socket, "connect_ex"),
        (socket, "getaddrinfo"),
    ):
        setattr(owner, name, refuse)


if __name__ == "__main__":
    main()
