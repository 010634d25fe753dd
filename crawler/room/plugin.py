"""The room as a plugin of Datasette: its routes, its guard, its links into Datasette's pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from jinja2 import BaseLoader, Environment

from crawler.room import (
    capture,
    cite,
    edits,
    front,
    graph,
    guards,
    paper,
    revisions,
    search,
    story,
)  # fmt: skip
from crawler.room.assets import served_asset
from crawler.room.guards import App, Guard
from crawler.room.pages import Handler, Room, served

_ARCHIVE = r"/in/(?P<archive>[\w-]+)"
_STORY = rf"{_ARCHIVE}/story/(?P<story>\d{{1,15}})"
_CAPTURE = rf"{_ARCHIVE}/capture/(?P<capture>\d{{1,15}})"
ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"/$", front.page),
    (rf"{_ARCHIVE}/?$", front.page),
    (r"/search$", search.page),
    (rf"{_ARCHIVE}/search$", search.page),
    (rf"{_ARCHIVE}/search\.(?P<format>json|csv)$", search.data),
    (rf"{_STORY}$", story.page),
    (rf"{_ARCHIVE}/at$", story.at_address),
    (rf"{_STORY}/revisions$", revisions.page),
    (rf"{_STORY}/captures$", capture.all_of_story),
    (rf"{_STORY}/cite$", cite.page),
    (rf"{_STORY}/cite\.(?P<format>txt|bib|json|html)$", cite.download),
    (rf"{_STORY}/graph$", graph.page),
    (rf"{_STORY}/graph\.json$", graph.data),
    (rf"{_CAPTURE}$", capture.page),
    (rf"{_CAPTURE}/page$", capture.sanitised),
    (rf"{_CAPTURE}/record$", capture.record),
    (rf"{_CAPTURE}/picture$", capture.picture),
    (rf"{_ARCHIVE}/edits$", edits.page),
    (rf"{_ARCHIVE}/paper/(?P<host>[^/]+)$", paper.page),
    (rf"{_ARCHIVE}/queries$", front.queries),
    (r"/about$", front.about),
)


class Plugin:
    """The hooks of one room. Datasette knows plugins by their names."""

    __name__ = "hemeroteca-reading-room"

    def __init__(self, hosts: frozenset[str] | None, token: str | None) -> None:
        self._hosts = hosts
        self._token = token
        self.room: Room | None = None

    def _is_ours(self, datasette: Datasette) -> bool:
        return self.room is not None and self.room.datasette is datasette

    @hookimpl  # type: ignore[untyped-decorator]
    def register_routes(self, datasette: Datasette) -> list[tuple[str, Any]]:
        """Our pages, before Datasette's."""
        if not self._is_ours(datasette):
            return []
        assert self.room is not None
        ours = [(pattern, _view(partial(served, self.room, handler)))
                for pattern, handler in ROUTES]  # fmt: skip
        return [*ours, (r"/-/reading-room/\w+/(?P<name>[\w.-]+)$", served_asset)]

    @hookimpl  # type: ignore[untyped-decorator]
    def asgi_wrapper(self, datasette: Datasette) -> Callable[[App], App]:
        """The guard around all of Datasette."""
        if not self._is_ours(datasette):
            return lambda app: app
        return lambda app: Guard(app, self._hosts, self._token)

    @hookimpl  # type: ignore[untyped-decorator]
    def prepare_jinja2_environment(self, env: Environment, datasette: Datasette) -> None:
        """Scripts that Datasette's templates have in line are given the nonce."""
        if self._is_ours(datasette) and env.loader is not None:
            env.globals["csp_nonce"] = guards.nonce
            env.loader = _WithNonces(env.loader)

    @hookimpl  # type: ignore[untyped-decorator]
    def menu_links(self, datasette: Datasette) -> list[dict[str, str]]:
        """The way back."""
        if not self._is_ours(datasette):
            return []
        assert self.room is not None
        return [{"href": "/", "label": self.room.say("room.name")}]


class _WithNonces(BaseLoader):
    """Templates as they are, but for their `<script>`. What a page has of the archive is put in
    later, and escaped: a script of a stranger's has no nonce."""

    def __init__(self, inner: BaseLoader) -> None:
        self._inner = inner

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, name, uptodate = self._inner.get_source(environment, template)
        return source.replace("<script", '<script nonce="{{ csp_nonce() }}"'), name, uptodate

    def list_templates(self) -> list[str]:
        return self._inner.list_templates()


def _view(
    answer: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """A view with the signature that Datasette looks at."""

    async def view(request: Request) -> Response:
        return await answer(request)

    return view
