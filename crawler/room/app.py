"""The application, and the server that it runs in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn

from crawler.room.units import units_when_asked_for

with units_when_asked_for():
    from datasette.app import Datasette
    from datasette.plugins import pm

from crawler.room.guards import own_hosts
from crawler.room.pages import Room, new_room
from crawler.room.places import ArchiveDatabase, Place
from crawler.room.plugin import Plugin
from crawler.room.queries import metadata

_SETTINGS = {
    "sql_time_limit_ms": 2_000,
    "default_cache_ttl": 0,  # a crawl may have written meanwhile
    "allow_download": False,  # a copy of a file that is written to is a broken one
    "num_sql_threads": 4,
    "suggest_facets": False,
    "max_returned_rows": 2_000,
}
_COMPILE_AFTER = 1.5
"""Seconds from the start: about when the first page has been sent."""


@dataclass(frozen=True)
class Application:
    """A room that can be served."""

    asgi: Any
    datasette: Datasette
    room: Room

    def close(self) -> None:
        """Close the databases."""
        for database in self.datasette.databases.values():
            database.close()


def application(
    places: tuple[Place, ...], host: str, port: int, token: str | None = None
) -> Application:
    """A room. host, port: where it will listen."""
    # it would print all variables of every failure, and fail itself on an address that is not there
    pm.get_plugin("datasette.handle_exception").rich = None
    plugin = Plugin(own_hosts(host, port), token)
    pm.register(plugin, name=f"{plugin.__name__}-{id(plugin)}")
    datasette = Datasette(files=["_"], settings=_SETTINGS, metadata=metadata(places), pdb=False)
    datasette.remove_database("_")
    for place in places:
        datasette.add_database(ArchiveDatabase(datasette, place), name=place.name)
    plugin.room = new_room(datasette, places)
    return Application(datasette.app(), datasette, plugin.room)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), port), family=family, backlog=128)


def serve(application: Application, sockets: Sequence[socket.socket]) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    config = uvicorn.Config(
        application.asgi,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
    # no reader waits for the template of a kind of page, nor the first one for those of others
    later = threading.Timer(_COMPILE_AFTER, application.room.compile_templates)
    later.daemon = True
    later.start()
    try:
        uvicorn.Server(config).run(sockets=list(sockets))
    finally:
        later.cancel()
        application.close()
