"""Starts the scripted provider: in the foreground for the command line, or in a thread for the time of a test."""

import json
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn

from mailmill.domain.errors import InvalidInput
from mailmill.simulate.mailbox import generate
from mailmill.simulate.scene import Json, Simulated
from mailmill.simulate.script import Script, parse_script
from mailmill.simulate.server import Provider
from mailmill.simulate.spool import Spool

_MOST_CONNECTIONS = 64
_BACKLOG = 128


def serve(
    *, count: int = 1000, seed: int = 1, script_file: Path | None = None, host: str = "127.0.0.1", port: int = 0
) -> None:
    """Serve a generated mailbox until a signal comes; the first line on standard output is ``{"address": "http://…"}``.

    Port 0 takes any free one. Raises InvalidInput for a script that can't be read and an address that can't be used.
    """
    script = _read(script_file) if script_file else Script()
    listener = _listen(host, port)
    spool = Spool(generate(seed, count))
    try:
        sys.stdout.write(json.dumps({"address": _address(listener)}) + "\n")
        sys.stdout.flush()
        _server(Provider(spool, script)).run([listener])
    finally:
        spool.close()
        listener.close()


@contextmanager
def serving(mails: Iterable[Simulated], script: Json = None) -> Iterator[str]:
    """The address of a provider that serves these mails from a thread of its own, as long as the block runs."""
    listener, spool = _listen("127.0.0.1", 0), Spool(mails)
    server = _server(Provider(spool, parse_script(script or {})))
    thread = Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield _address(listener)
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        listener.close()
        spool.close()


def _server(provider: Provider) -> uvicorn.Server:
    """Log level critical: connections that the script cuts are no news."""
    config = uvicorn.Config(
        provider.app(),
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise InvalidInput(f"Can't listen on {host}:{port}: {error.strerror}.", field="port") from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def _read(path: Path) -> Script:
    try:
        return parse_script(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"Can't read the script {path}: {error}", field="script") from error
