"""``guanxi export``: rows into a file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from guanxi.cli import session


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    kind: Annotated[str, typer.Argument(help="customers or interactions.")],
    file: Annotated[Path, typer.Argument(help="Where to; ending in .csv, .xlsx or .jsonl.")],
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
    where: Annotated[str | None, typer.Option(help="Which rows, as in GraphQL: {lifecycle: {eq: ACTIVE}}.")] = None,
    columns: Annotated[str, typer.Option(help="Which columns, with commas between; all when left out.")] = "",
) -> None:
    """Write customers or interactions to a file."""

    async def work() -> None:
        from guanxi.cli import transfers

        chosen = [one.strip() for one in columns.split(",") if one.strip()]
        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            row: Any = await transfers.export_rows(ctx, file, kind, where=where, columns=chosen)
        if row.error is not None:
            typer.echo(f"{row.error['code']}: {row.error['en']}", err=True)
            raise SystemExit(1)
        typer.echo(f"{row.rows_done} {kind} are in {file}.")

    session.run(work)
