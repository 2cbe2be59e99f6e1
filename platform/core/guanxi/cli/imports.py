"""``guanxi import``: files into customers and timelines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from guanxi.cli import session

app = typer.Typer(help="Import files; go on where an import was cut off.", no_args_is_help=True)


@app.command()
def interactions(
    file: Annotated[Path, typer.Argument(help="The file to import.")],
    preset: Annotated[str, typer.Option(help="How to read it: cdnow.")],
    merchant: Annotated[str, typer.Option(help="The merchant's slug; the preset's own when left out.")] = "",
) -> None:
    """Import purchases. A second run of the same file adds nothing."""

    async def work() -> None:
        from guanxi.interactions import service

        async with session.installation() as opened:
            slug = merchant or await _preset_merchant(opened, preset)
            async with session.merchant_context(opened, slug) as ctx:
                with _progress() as progress:
                    done = await service.import_file(ctx, opened.db, file, preset, progress=progress)
            typer.echo(_said(done))

    session.run(work)


@app.command()
def customers(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[Path, typer.Argument(help="A CSV in any encoding, or an XLSX.", exists=True, dir_okay=False)],
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at everything and write nothing.")] = False,
    column: Annotated[list[str] | None, typer.Option("--map", help="What a column is: 手机=phone. May repeat.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV; found out when left out.")] = None,
    system: Annotated[str | None, typer.Option(help="Which system's ids the file holds.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the customers come from.")] = None,
    keep_invalid: Annotated[bool, typer.Option("--keep-invalid", help="Take invalid contacts, marked so.")] = False,
) -> None:
    """Import customers. Rows that cannot be taken go to FILE-errors.csv with the reasons; correct and import that."""

    async def work() -> None:
        from guanxi.cli import transfers
        from guanxi.transfers.service import ImportOptions

        mapping = transfers.mapping_of(column or [])
        options = ImportOptions(mapping, encoding, system, source, keep_invalid, dry_run)
        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            with _progress() as progress:
                done = await transfers.import_customers(ctx, file, options, progress)
            typer.echo(await transfers.tell_import(ctx, done, file))
        if done.state == "failed":
            raise SystemExit(1)

    session.run(work)


@app.command()
def resume(
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
    file: Annotated[Path | None, typer.Argument(help="Where the file is now; as before when left out.")] = None,
) -> None:
    """Go on with the import of interactions that was cut off last; customers: give the same command again."""

    async def work() -> None:
        from guanxi.interactions import service

        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            with _progress() as progress:
                done = await service.resume(ctx, opened.db, path=file, progress=progress)
            typer.echo(_said(done))

    session.run(work)


async def _preset_merchant(opened: Any, preset: str) -> str:
    """The preset's own merchant, opened when it is not there."""
    from guanxi.interactions.rules import presets
    from guanxi.merchants import service as merchants
    from guanxi.merchants.service import NewMerchant
    from guanxi.staff import service as staff

    found = presets.get_preset(preset)
    ctx = session.platform_context(opened)
    if await merchants.find_merchant(ctx, found.name) is None:
        new = NewMerchant(slug=found.name, name=found.name.upper(), currency=found.currency)
        await staff.found_merchant(ctx, new)
    return str(found.name)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, and only where a person looks at it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task("import", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _said(done: Any) -> str:
    if done.is_repeat:
        return f"Nothing new: this file was imported before ({done.rows_done} rows)."
    return f"{done.interactions_created} interactions of {done.customers_created} new customers are imported."
