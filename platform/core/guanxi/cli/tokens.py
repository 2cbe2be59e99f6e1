"""``guanxi token``: create and revoke API tokens."""

from typing import Annotated

import typer

from guanxi.cli import session

app = typer.Typer(help="Create and revoke API tokens.", no_args_is_help=True)


@app.command()
def create(
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "cli",
    role: Annotated[str, typer.Option(help="A role of the merchant.")] = "admin",
) -> None:
    """Create a token and print it. It is shown once: only its hash is kept."""

    async def work() -> None:
        from guanxi.staff import service as staff

        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            found = await staff.get_role(ctx, role)
            issued = await staff.create_token(ctx, name=name, role_id=found.id)
            typer.echo(issued.text)

    session.run(work)


@app.command()
def revoke(
    public_id: Annotated[str, typer.Argument(help="The eight characters after gx_api_.")],
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
) -> None:
    """Revoke a token, at once and everywhere."""

    async def work() -> None:
        from guanxi.staff import errors
        from guanxi.staff import service as staff

        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            found = await staff.find_token(ctx, public_id)
            if found is None:
                raise errors.unknown_token()
            await staff.revoke_token(ctx, token_id=found.id)
            typer.echo(f"{public_id} is revoked")

    session.run(work)
