"""Serves the metrics on an address of their own, never beside the API."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from guanxi.telemetry import metrics


@contextmanager
def serving(host: str, port: int) -> Iterator[int | None]:
    """``http://host:port/metrics`` in a thread of its own, which answers while the loop is busy; port 0 serves none.

    Raises: OSError where the address is taken.
    """
    if not port:
        yield None
        return
    server, thread = start_http_server(port, host, metrics.REGISTRY)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
