"""``guanxi merchant``: open shops, list them."""

from typing import Annotated

import typer

from guanxi.cli import session

app = typer.Typer(help="Open merchants and list them.", no_args_is_help=True)


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="Short name in addresses: a-z, 0-9 and hyphens.")],
    name: Annotated[str, typer.Option(help="What people call the shop.")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "CNY",
    timezone: Annotated[str, typer.Option(help="IANA name.")] = "Asia/Shanghai",
) -> None:
    """Open a merchant with its built-in roles, and print its id."""

    async def work() -> None:
        from guanxi.merchants.service import NewMerchant
        from guanxi.staff import service as staff

        async with session.installation() as opened:
            new = NewMerchant(slug=slug, name=name or slug, currency=currency, timezone=timezone)
            row = await staff.found_merchant(session.platform_context(opened), new)
            typer.echo(f"mer_{row.id.hex}")

    session.run(work)


@app.command("list")
def list_all() -> None:
    """Every merchant: slug, name, currency, time zone."""

    async def work() -> None:
        from guanxi.merchants import service as merchants

        async with session.installation() as opened:
            for row in await merchants.list_merchants(session.platform_context(opened)):
                typer.echo(f"{row.slug}\t{row.name}\t{row.currency}\t{row.timezone}")

    session.run(work)
