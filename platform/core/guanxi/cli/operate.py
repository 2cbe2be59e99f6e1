"""The commands that run an installation: demo, serve, migrate, query."""

from typing import Annotated

import typer

from guanxi.cli import session


def register(app: typer.Typer) -> None:
    """Put the commands on the top level."""
    for command in (demo, serve, migrate, query):
        app.command()(command)


def demo(
    port: Annotated[int, typer.Option(envvar="GUANXI_PORT", help="Port to listen on.")] = 8000,
    once: Annotated[bool, typer.Option(help="Run the sample query, print its answer and stop.")] = False,
) -> None:
    """Serve a demonstration shop on SQLite; print the address, a token and a line that works when pasted."""
    from guanxi import demo as demonstration

    session.run(lambda: demonstration.run(port=port, once=once))


def serve(
    host: Annotated[str, typer.Option(envvar="GUANXI_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="GUANXI_PORT", help="Port to listen on.")] = 8000,
) -> None:
    """Serve the installation that the settings name. Run ``guanxi migrate`` first."""

    async def work() -> None:
        from guanxi import app
        from guanxi.settings import Settings

        await app.serve(Settings(host=host, port=port))

    session.run(work)


def migrate(
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
) -> None:
    """Bring the database to the newest migrations, core and plugins, dependencies first."""

    async def work() -> None:
        from guanxi import app
        from guanxi.settings import Settings

        done = await (app.plan_migrations if plan else app.migrate)(Settings())
        for name in done:
            typer.echo(name)
        typer.echo(f"{len(done)} migrations {'to apply' if plan else 'applied'}")

    session.run(work)


def query(
    document: Annotated[str, typer.Argument(help="A GraphQL document.")],
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
) -> None:
    """Run a document as the platform for a merchant, and print the answer."""

    async def work() -> None:
        import orjson

        from guanxi.execution import operations
        from guanxi.execution.request import GraphQLRequest

        async with session.installation() as opened, session.merchant_context(opened, merchant) as ctx:
            answer = await operations.run(GraphQLRequest(query=document), ctx)
            said: dict[str, object] = {"data": answer.data} if answer.ran else {}
            if answer.errors:
                said["errors"] = answer.errors
            typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode())
            if answer.errors:
                raise typer.Exit(1)

    session.run(work)
