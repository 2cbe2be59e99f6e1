"""``guanxi plugin``: what is there, and what each merchant has enabled."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from guanxi.cli import session

app = typer.Typer(help="List, preview, enable, disable and purge plugins.", no_args_is_help=True)

Merchant = Annotated[str, typer.Option(help="The merchant's slug.")]
Name = Annotated[str, typer.Argument(help="The plugin's id.")]


def _for_merchant(merchant: str, work: Callable[[Any, Any], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            await work(ctx, opened.platform)

    session.run(inside)


@app.command("list")
def list_all(
    merchant: Merchant,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Every plugin on the server, its state for the merchant, and its faults."""

    async def work(ctx: Any, _platform: Any) -> None:
        import orjson

        from guanxi.plugins import catalogue

        found = await catalogue.list_plugins(ctx)
        if as_json:
            typer.echo(orjson.dumps(found, default=str).decode())
            return
        for one in found:
            typer.echo(f"{one.id}\t{one.version or '-'}\t{one.state.value}\t{one.title}")
            for fault in one.faults:
                typer.echo(f"  {fault.kind} at {fault.place}: {fault.reason} {fault.cure}")

    _for_merchant(merchant, work)


@app.command()
def preview(plugin: Name, merchant: Merchant) -> None:
    """What enabling it would change."""

    async def work(ctx: Any, _platform: Any) -> None:
        from guanxi.plugins import catalogue

        found = await catalogue.preview(ctx, plugin)
        for line in found.added_lines:
            typer.echo(f"+ {line}")
        for name in found.permissions:
            typer.echo(f"permission {name}")
        for name in found.data_categories:
            typer.echo(f"keeps {name}")
        for name in found.missing:
            typer.echo(f"enable first: {name}")

    _for_merchant(merchant, work)


@app.command()
def enable(plugin: Name, merchant: Merchant) -> None:
    """Enable it; running servers show its fields with their next request."""

    async def work(ctx: Any, platform: Any) -> None:
        from guanxi.plugins import service

        await service.enable(ctx, platform, plugin)
        typer.echo(f"{plugin} is enabled for {merchant}")

    _for_merchant(merchant, work)


@app.command()
def disable(plugin: Name, merchant: Merchant) -> None:
    """Disable it; its data is kept."""

    async def work(ctx: Any, platform: Any) -> None:
        from guanxi.plugins import service

        await service.disable(ctx, platform, plugin)
        typer.echo(f"{plugin} is disabled for {merchant}")

    _for_merchant(merchant, work)


@app.command()
def purge(
    plugin: Name,
    merchant: Merchant,
    confirm: Annotated[str, typer.Option(help="The plugin's id once more.")] = "",
) -> None:
    """Delete a disabled plugin's data of the merchant for good, after saving it to a file."""

    async def work(ctx: Any, platform: Any) -> None:
        from guanxi.plugins import service

        count = await service.purge(ctx, platform, plugin, confirm=confirm)
        typer.echo(f"{count} rows of {plugin} are deleted for {merchant}; saved in {platform.backup_dir}")

    _for_merchant(merchant, work)


@app.command()
def makemigrations() -> None:
    """Write the migrations that models need beyond those there are, core and plugins; review them."""

    async def work() -> None:
        from guanxi import app as root

        for path in await root.generate_migrations():
            typer.echo(path)

    session.run(work)
