"""One POST to an address that was checked: resolved once, connected to exactly that, nothing followed."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import httpcore

from guanxi.webhooks.rules import addresses

SECONDS: Final = 10.0
ANSWER_BYTES: Final = 65_536
Resolve = Callable[[str, int], Any]


class SendError(Exception):
    """Nothing arrived, or nothing was answered; the text is a reason of ours and carries nothing of the answer."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises: OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to addresses that pass the check, whatever a name resolves to a moment later."""

    def __init__(self, is_allowed: Callable[[str], bool], resolve: Resolve) -> None:
        self.is_allowed, self.resolve = is_allowed, resolve
        self.inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check all that is found, connect to the first. Raises: SendError."""
        found = await self.resolve(host, port)
        if not found or not all(self.is_allowed(one) for one in found):
            raise SendError("its address is not of the public network")
        return await self.inner.connect_tcp(found[0], port, timeout=timeout)


class Sender:
    """Sends with limits: in all so many seconds, of the answer so many bytes."""

    def __init__(
        self,
        *,
        is_allowed: Callable[[str], bool] = addresses.is_public,
        resolve: Resolve = resolve,
        seconds: float = SECONDS,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.is_allowed, self.resolve, self.seconds, self.ssl_context = is_allowed, resolve, seconds, ssl_context

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status that was answered. Raises: SendError."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._send(url, headers, body)
        except TimeoutError as error:
            raise SendError("it took longer than it may") from error
        except ssl.SSLError as error:
            raise SendError("its certificate is not valid") from error
        except (OSError, httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise SendError("it cannot be reached") from error
        except httpcore.ProtocolError as error:
            raise SendError("its answer is no HTTP") from error

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        network = CheckedNetwork(self.is_allowed, self.resolve)
        sent = [(b"content-type", b"application/json"), (b"user-agent", b"guanxi-webhooks")]
        sent += [(name.encode(), value.encode()) for name, value in headers.items()]
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self.ssl_context, network_backend=network) as pool,
            pool.stream("POST", url, headers=sent, content=body) as answer,
        ):
            size = 0
            async for piece in answer.aiter_stream():
                size += len(piece)
                if size > ANSWER_BYTES:
                    break
            return int(answer.status)
