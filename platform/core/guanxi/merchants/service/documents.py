"""Register the documents of a merchant's clients, and retire them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.errors import BadUserInputError, NotFoundError, Text
from guanxi.execution import operations, registered
from guanxi.execution.models import RegisteredDocument
from guanxi.merchants import permissions, rules
from guanxi.merchants.service.merchants import raise_epoch


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document and what people call it."""

    text: str
    name: str


async def register_documents(ctx: Context, documents: Sequence[NewDocument]) -> list[UUID]:
    """Register documents that fit the merchant's schema, all or none; their rows' ids in the order given.

    One that is registered already keeps its row and its name.

    Raises:
        ForbiddenError: WRITE_DOCUMENTS is missing.
        BadUserInputError: one is no GraphQL, does not fit the schema or is over a limit; the path says which.
    """
    ctx.require(permissions.WRITE_DOCUMENTS)
    if not 1 <= len(documents) <= rules.MAX_DOCUMENTS:
        raise _wrong_count(len(documents))
    rows = [_row(ctx, place, one) for place, one in enumerate(documents)]
    async with ctx.transaction():
        await RegisteredDocument.bulk_create(rows, ignore_conflicts=True)
        wanted = [one.document_id for one in rows]
        found = {one.document_id: one.id for one in await RegisteredDocument.filter(document_id__in=wanted)}
    return [found[one] for one in wanted]


async def retire_document(ctx: Context, document_id: str) -> None:
    """Forget a document: from its next request on, no process runs it by its id.

    Raises:
        ForbiddenError: WRITE_DOCUMENTS is missing.
        NotFoundError: the merchant has registered none of this id.
    """
    ctx.require(permissions.WRITE_DOCUMENTS)
    async with ctx.transaction():
        await raise_epoch(ctx)
        if not await RegisteredDocument.filter(document_id=document_id).delete():
            raise NotFoundError(
                Text("No document of this id is registered.", "没有以该标识注册的文档。"),
                hint=Text("Look it up in registeredDocuments.", "请在 registeredDocuments 中查找。"),
                path=("documentId",),
            )


def _row(ctx: Context, place: int, one: NewDocument) -> RegisteredDocument:
    try:
        plugins = operations.engine_of(ctx.platform).plugins_of(one.text, ctx)
        name = rules.checked_document_name(one.name)
    except BadUserInputError as error:
        raise error.at("documents", place) from None
    return RegisteredDocument(
        id=uuid7(),
        merchant_id=ctx.merchant.id,
        document_id=registered.id_of(one.text),
        name=name,
        text=one.text,
        plugins=sorted(plugins),
        registered_by=f"{ctx.actor.kind}:{ctx.actor.id}",
        created_at=ctx.now(),
    )


def _wrong_count(count: int) -> BadUserInputError:
    return BadUserInputError(
        Text(f"{count} documents at once.", f"一次提交了 {count} 个文档。"),
        hint=Text(f"Send 1 to {rules.MAX_DOCUMENTS}.", f"请提交 1 到 {rules.MAX_DOCUMENTS} 个。"),
        path=("documents",),
    )
