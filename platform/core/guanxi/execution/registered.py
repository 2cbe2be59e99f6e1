"""Documents that a merchant registered, and those that clients let this process remember (APQ)."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from guanxi.context import Context
from guanxi.errors import PersistedQueryNotFoundError, PersistedQueryRequiredError, Text
from guanxi.execution import errors
from guanxi.execution.models import RegisteredDocument
from guanxi.execution.request import GraphQLRequest

PREFIX: Final = "sha256:"
DOCUMENT_ID: Final = re.compile(r"sha256:[0-9a-f]{64}")
REMEMBERED: Final = 20_000_000  # characters of all documents that this process remembers
OPEN, TRUSTED = "open", "trusted"


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """The text to run. ``plugins`` are those that it needs, for a registered one."""

    text: str
    is_registered: bool = False
    plugins: frozenset[str] = frozenset()


def id_of(text: str) -> str:
    """``sha256:`` and the lower-case hexadecimal digest of the text as UTF-8: what clients send as ``documentId``."""
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()


class DocumentStore:
    """Finds what a request means by its ``documentId``, its ``persistedQuery`` or its text.

    Registered documents never change, so they are kept until the merchant's epoch rises; those of APQ for as long
    as there is room.
    """

    def __init__(self, charge: Callable[[Context], object], *, room: int = REMEMBERED) -> None:
        self._charge, self._room, self._used = charge, room, 0
        self._kept: OrderedDict[tuple[UUID, str], tuple[int | None, FoundDocument]] = OrderedDict()

    async def find(self, request: GraphQLRequest, ctx: Context) -> FoundDocument:
        """The document to run.

        Raises:
            BadUserInputError: there is none, or its id is malformed or not its text's.
            PersistedQueryNotFoundError: nobody knows the id; with APQ the client sends the text once more.
            PersistedQueryRequiredError: only registered documents may run here.
        """
        asked, is_automatic = _asked_id(request)
        is_trusted = ctx.merchant.document_mode == TRUSTED
        if not request.query:
            if asked is None:
                raise _nothing_asked()
            return await self._known(asked, ctx, is_trusted=is_trusted)
        if asked is not None and asked != id_of(request.query):
            raise _another_text(is_automatic=is_automatic)
        if is_trusted:
            return await self._trusted(id_of(request.query), ctx)
        found = FoundDocument(request.query)
        if is_automatic and asked is not None:
            self._keep((ctx.merchant.id, asked), None, found)
        return found

    async def _known(self, document_id: str, ctx: Context, *, is_trusted: bool) -> FoundDocument:
        found = self._remembered(document_id, ctx)
        if found is None or (is_trusted and not found.is_registered):
            found = await self._registered(document_id, ctx)
        if found is None:
            raise _unknown()
        return found

    async def _trusted(self, document_id: str, ctx: Context) -> FoundDocument:
        """A client that sends the text of a registered document, not its id, is as good."""
        try:
            return await self._known(document_id, ctx, is_trusted=True)
        except PersistedQueryNotFoundError:
            raise _required() from None

    def _remembered(self, document_id: str, ctx: Context) -> FoundDocument | None:
        key = (ctx.merchant.id, document_id)
        epoch, found = self._kept.get(key, (None, None))
        if found is None or (found.is_registered and epoch != ctx.principal.epoch):
            return None
        self._kept.move_to_end(key)
        return found

    async def _registered(self, document_id: str, ctx: Context) -> FoundDocument | None:
        self._charge(ctx)
        async with ctx.platform.reading():
            row = await RegisteredDocument.get_or_none(document_id=document_id)
        if row is None:
            return None
        found = FoundDocument(row.text, True, frozenset(row.plugins))
        self._keep((ctx.merchant.id, document_id), ctx.principal.epoch, found)
        return found

    def _keep(self, key: tuple[UUID, str], epoch: int | None, found: FoundDocument) -> None:
        before = self._kept.pop(key, None)
        self._used += len(found.text) - (len(before[1].text) if before else 0)
        self._kept[key] = epoch, found
        while self._used > self._room and len(self._kept) > 1:
            _, (_, gone) = self._kept.popitem(last=False)
            self._used -= len(gone.text)


def _asked_id(request: GraphQLRequest) -> tuple[str | None, bool]:
    """The id that the client sent, and whether it came as APQ."""
    extensions = request.extensions or {}
    given, persisted = extensions.get("documentId"), extensions.get("persistedQuery")
    if given is None and persisted is None:
        return None, False
    is_automatic = given is None
    if is_automatic:
        given = _hash_of(persisted)
    if not isinstance(given, str) or not DOCUMENT_ID.fullmatch(given):
        path = ("extensions", "persistedQuery", "sha256Hash") if is_automatic else ("documentId",)
        raise errors.bad_input(
            Text("The document's id is no SHA-256.", "文档标识不是 SHA-256。"),
            Text("Send sha256: and 64 lower-case hexadecimal digits.", "请发送 sha256: 加 64 位小写十六进制数。"),
            *path,
        )
    return given, is_automatic


def _hash_of(persisted: Any) -> str | None:
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        return None
    return f"{PREFIX}{persisted.get('sha256Hash')}"


def _nothing_asked() -> Exception:
    return errors.bad_input(
        Text("The request has no document.", "请求中没有文档。"),
        Text("Send one in query.", "请在 query 中传入文档。"),
        "query",
    )


def _another_text(*, is_automatic: bool) -> Exception:
    path = ("extensions", "persistedQuery", "sha256Hash") if is_automatic else ("documentId",)
    return errors.bad_input(
        Text("The id is not the SHA-256 of the document that came with it.", "标识不是所附文档的 SHA-256。"),
        Text("Send the one or the other, or make the id anew.", "请只发送其一，或重新计算标识。"),
        *path,
    )


def _unknown() -> PersistedQueryNotFoundError:
    return PersistedQueryNotFoundError(
        Text("No document has this id.", "没有该标识的文档。"),
        hint=Text("Send its text once, or register it.", "请附上文档内容重发一次，或先注册该文档。"),
    )


def _required() -> PersistedQueryRequiredError:
    return PersistedQueryRequiredError(
        Text("Only registered documents run here.", "此处只执行已注册的文档。"),
        hint=Text(
            "Register it (guanxi document register), then send its documentId.",
            "请先注册（guanxi document register），再发送其 documentId。",
        ),
    )
