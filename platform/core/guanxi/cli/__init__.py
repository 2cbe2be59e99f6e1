"""The command line. Each command imports what it needs when it runs, so that help is there at once."""

import typer

from guanxi.cli import audits, documents, exports, imports, keys, merchants, operate, plugins, safety, schemas, tokens

app = typer.Typer(
    name="guanxi",
    help="A plugin-based GraphQL CRM platform for e-commerce.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
operate.register(app)
safety.register(app)
exports.register(app)
app.add_typer(merchants.app, name="merchant")
app.add_typer(tokens.app, name="token")
app.add_typer(plugins.app, name="plugin")
app.add_typer(schemas.app, name="schema")
app.add_typer(imports.app, name="import")
app.add_typer(documents.app, name="document")
app.add_typer(audits.app, name="audit")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Entry point of the script ``guanxi``."""
    app()
