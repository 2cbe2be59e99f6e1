"""``guanxi backup``, ``restore`` and ``doctor``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guanxi.cli import session

if TYPE_CHECKING:
    from guanxi.app import Installation

SIGNS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def register(app: typer.Typer) -> None:
    """Put the commands on the top level."""
    for command in (backup, restore, doctor):
        app.command()(command)


def backup(
    path: Annotated[Path | None, typer.Argument(help="The file to write; in GUANXI_BACKUP_DIR when left out.")] = None,
) -> None:
    """Write the whole database to one file, while it is served. Keys and uploaded files are no part of it."""

    async def work() -> None:
        from guanxi.context import utc_now
        from guanxi.db import backups
        from guanxi.settings import Settings

        settings = Settings()
        named = settings.backup_dir / f"guanxi-{utc_now():%Y%m%dT%H%M%S}{backups.suffix_of(settings)}"
        target = path or named
        made = await backups.back_up(settings, target)
        typer.echo(f"{target}: {sum(made.rows.values())} rows of {len(made.rows)} tables")
        typer.echo("Keep the master keys and the folder of uploaded files apart: without the keys nobody can read it.")

    session.run(work)


def restore(path: Annotated[Path, typer.Argument(help="What guanxi backup wrote.", exists=True)]) -> None:
    """Bring a backup back into an empty database, and check it: foreign keys, counts, every merchant's audit chain."""

    async def work() -> None:
        from guanxi import app, crypto
        from guanxi.db import backups, connecting
        from guanxi.settings import Settings

        settings = Settings()
        crypto.KeySource(settings).ring()  # before anything else: new keys would open nothing of it
        if connecting.dialect_of(settings.database_url) == "postgres":
            await app.migrate(settings)
        brought = await backups.restore(settings, path)
        await app.migrate(settings)
        async with app.running(settings, work=False) as opened:
            chains = await _verify_chains(opened)
        typer.echo(f"{sum(brought.rows.values())} rows of {len(brought.rows)} tables; {chains} audit chains are whole")

    session.run(work)


async def _verify_chains(opened: "Installation") -> int:
    """How many merchants' audit chains are whole. Raises: BackupError naming the first that is not."""
    from guanxi.audit import verifying
    from guanxi.db import backups
    from guanxi.db.merchant import acting_for
    from guanxi.errors import Text
    from guanxi.merchants.models import Merchant

    with opened.db.bound():
        found = await Merchant.all()
        for row in found:
            with acting_for(row.id):
                fault = (await verifying.verify()).fault
            if fault is not None:
                raise backups.BackupError(
                    Text(f"The audit chain of {row.slug} breaks: {fault.reason}.", f"商户 {row.slug} 的审计链已中断。"),
                    hint=Text(
                        "Restore an older backup; keep this one as evidence.",
                        "请恢复更早的备份，并保留此备份作为证据。",
                    ),
                )
    return len(found)


def doctor() -> None:
    """Look at the installation: what is well, what is not, and what cures it. Exit code 1 where something fails."""

    async def work() -> None:
        from guanxi.cli import checks
        from guanxi.settings import Settings

        found = await checks.run_all(Settings())
        for one in found:
            typer.echo(f"{SIGNS[one.state]} {one.name}: {one.said}" + (f" -> {one.cure}" if one.cure else ""))
        if any(one.state == "fail" for one in found):
            raise typer.Exit(1)

    session.run(work)
