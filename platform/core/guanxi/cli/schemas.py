"""``guanxi schema``: the SDL of a plugin set."""

from typing import Annotated

import typer

from guanxi.cli import session

app = typer.Typer(help="Print the schema of a plugin set.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Print the schema of a plugin set."""


@app.command()
def export(
    plugins: Annotated[str, typer.Option(help="all, none, or ids with commas between.")] = "all",
) -> None:
    """The SDL on stdout."""

    async def work() -> None:
        from guanxi import app as root

        typer.echo(await root.export_schema(plugins), nl=False)

    session.run(work)
