"""The demo's local page: one server on localhost that shows the stage, live.

It only reads. It has no form, no upload and no route that takes anything from a visitor.
"""

import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import FileResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles

from faregate.demo.stage import Stage
from faregate.errors import MachineError

STATIC: Final = Path(__file__).parent / "static"
_HOST: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 10.0
_EVENT_INTERVAL_S: Final = 0.1  # at most ten redraws a second
_KEEPALIVE_S: Final = 5.0
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build_page(stage: Stage) -> FastAPI:
    """Build the page's application. It answers only to localhost names (no DNS rebinding)."""
    app = FastAPI(title="Faregate demo", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.middleware("http")
    async def add_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.get("/")
    async def index() -> FileResponse:
        return FileResponse(STATIC / "index.html", media_type="text/html; charset=utf-8")

    @app.get("/scene")
    async def scene() -> JSONResponse:
        return JSONResponse(stage.snapshot()[1])

    @app.get("/scenes", response_class=EventSourceResponse)
    async def scenes() -> AsyncIterator[ServerSentEvent]:
        seen = -1
        while True:
            await to_thread.run_sync(
                lambda after: stage.wait_for_change(after, timeout_s=_KEEPALIVE_S),
                seen,
                abandon_on_cancel=True,
            )
            seen, snapshot = stage.snapshot()
            yield ServerSentEvent(data=snapshot, id=str(seen))
            await to_thread.run_sync(time.sleep, _EVENT_INTERVAL_S)

    return app


class PageServer(AbstractContextManager["PageServer"]):
    """Serves the page from a thread until the block ends.

    The port is bound in the constructor, so that a taken one is told before the day begins.
    """

    def __init__(self, stage: Stage, *, port: int) -> None:
        self._socket = _bind(port)
        self.address = f"http://{_HOST}:{self._socket.getsockname()[1]}/"
        self._server = uvicorn.Server(
            uvicorn.Config(
                build_page(stage),
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="demo-page", daemon=True)

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise MachineError(
                    "page_server",
                    "The demo's page did not start.",
                    remedy="Run `faregate demo --once` to play the day without the page.",
                )
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=_START_TIMEOUT_S)
        self._socket.close()


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise MachineError(
            "port",
            f"Port {port} on {_HOST} cannot be used: {error.strerror}.",
            remedy="Stop the program that uses it, or choose another with --port (0: any free).",
        ) from error
    return listener
