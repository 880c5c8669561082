"""Gives a folder to browsers on this machine while this process runs.

Notebooks cannot show a page of several files in another way: the servers of Jupyter give out a page without the right
to load the scripts beside it, and browsers follow no link from a notebook to a file.
"""

from __future__ import annotations

import functools
import http.server
import io
import pathlib
import secrets
import threading
from typing import Any, BinaryIO


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, below a path that others on this machine do not know."""

    def __init__(self, *arguments: Any, secret: str, **options: Any) -> None:
        self._prefix = f"/{secret}/"
        super().__init__(*arguments, **options)  # which answers

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        if not self.path.startswith(self._prefix):
            self.send_error(http.HTTPStatus.NOT_FOUND)
            return None
        self.path = "/" + self.path.removeprefix(self._prefix)
        return super().send_head()

    def log_message(self, *_: Any) -> None:
        """Says nothing: the output of the process is the caller's."""


def serve(folder: pathlib.Path) -> str:
    """Gives out a folder, in a thread that ends with the process; returns its address."""
    secret = secrets.token_urlsafe()
    handler = functools.partial(_Handler, directory=folder, secret=secret)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/{secret}/"
