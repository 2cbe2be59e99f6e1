"""``guanxi keys``: the keys that personal data is encrypted with."""

from typing import TYPE_CHECKING

import typer

from guanxi.cli import session

if TYPE_CHECKING:
    from guanxi.app import Installation

app = typer.Typer(help="Add and rotate the keys that personal data is encrypted with.", no_args_is_help=True)


@app.command(name="list")
def list_keys() -> None:
    """Print the ids of the keys, the one that encrypts first. Ids are no secrets."""

    async def work() -> None:
        from guanxi.crypto import KeySource
        from guanxi.settings import Settings

        for key in KeySource(Settings()).ring().keys:
            typer.echo(key.id)

    session.run(work)


@app.command()
def add() -> None:
    """Put a new key before the others in the key file, or make the file. From then on everything new uses it."""

    async def work() -> None:
        from guanxi.crypto import KeySource, add_key
        from guanxi.settings import Settings

        source = KeySource(Settings())
        made = add_key(source.file)
        typer.echo(f"{made.id} is in {source.file}")

    session.run(work)


@app.command()
def rotate() -> None:
    """Encrypt everything anew with a new key, while servers run. Stopped or killed, it goes on when called again.

    Old keys stay in the file: they open old backups and prove old signatures.
    """

    async def work() -> None:
        from guanxi.crypto import add_key

        async with session.installation() as opened:
            if not await _count_old(opened) and not opened.settings.keys.get_secret_value():
                typer.echo(f"new key {add_key(opened.db.keys.file).id}")
            while await _reseal(opened):
                pass
            typer.echo(f"{await _count_old(opened)} rows are left under old keys")

    session.run(work)


async def _reseal(opened: "Installation") -> int:
    from guanxi.db import resealing
    from guanxi.db.merchant import acting_for
    from guanxi.merchants.models import Merchant

    count = 0
    for merchant in await Merchant.all():
        with acting_for(merchant.id):
            done = await resealing.reseal_merchant(opened.db)
        typer.echo(f"{merchant.slug}: {done} rows")
        count += done
    return count


async def _count_old(opened: "Installation") -> int:
    from guanxi.db import resealing
    from guanxi.db.merchant import acting_for
    from guanxi.merchants.models import Merchant

    count = 0
    for merchant in await Merchant.all():
        with acting_for(merchant.id):
            count += await resealing.count_old(opened.db)
    return count
