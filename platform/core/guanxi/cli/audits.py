"""``guanxi audit``: check the chain of what was done."""

from typing import Annotated

import typer

from guanxi.cli import session

app = typer.Typer(help="Check the audit chain.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep ``verify`` a command of its own while it is the only one."""


@app.command()
def verify(merchant: Annotated[str, typer.Option(help="The merchant's slug.")]) -> None:
    """Walk a merchant's chain from its beginning; where it was tampered with, say where, and exit with 1."""

    async def work() -> bool:
        from guanxi import audit

        async with session.installation() as opened, session.merchant_context(opened, merchant):
            report = await audit.verify()
        typer.echo(f"{report.sealed} entries in the chain, {report.unsealed} not sealed yet")
        if report.fault is not None:
            typer.echo(f"TAMPERED at entry {report.fault.position}: {report.fault.reason}", err=True)
            return False
        typer.echo(f"sound; head {report.head}")
        return True

    if not session.run(work):
        raise typer.Exit(1)
