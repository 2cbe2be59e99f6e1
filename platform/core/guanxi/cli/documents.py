"""``guanxi document``: register what a merchant's clients send, list and retire it."""

from pathlib import Path
from typing import Annotated

import typer

from guanxi.cli import session

app = typer.Typer(help="Register the documents of clients.", no_args_is_help=True)

Merchant = Annotated[str, typer.Option(help="The merchant's slug.")]


@app.command()
def register(
    files: Annotated[list[Path], typer.Argument(help="Files with one document each.", exists=True, dir_okay=False)],
    merchant: Merchant,
) -> None:
    """Register documents, all or none, and print the documentId of each."""

    async def work() -> None:
        from guanxi.execution.registered import id_of
        from guanxi.merchants import service

        new = [service.NewDocument(text=one.read_text(encoding="utf-8"), name=one.name) for one in files]
        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            await service.register_documents(ctx, new)
        for one in new:
            typer.echo(f"{id_of(one.text)}\t{one.name}")

    session.run(work)


@app.command("list")
def list_all(merchant: Merchant) -> None:
    """Every registered document: documentId, name, plugins that it needs."""

    async def work() -> None:
        from guanxi.execution.models import RegisteredDocument

        async with (
            session.installation() as opened,
            session.merchant_context(opened, merchant) as ctx,
            ctx.platform.reading(),
        ):
            async for row in RegisteredDocument.all().order_by("created_at", "id"):
                typer.echo(f"{row.document_id}\t{row.name}\t{','.join(row.plugins)}")

    session.run(work)


@app.command()
def retire(
    document_id: Annotated[str, typer.Argument(help="sha256: and the digest.")],
    merchant: Merchant,
) -> None:
    """Forget a document, at once and everywhere."""

    async def work() -> None:
        from guanxi.merchants import service

        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            await service.retire_document(ctx, document_id)
            typer.echo(f"{document_id} is retired")

    session.run(work)
