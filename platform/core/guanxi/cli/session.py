"""What commands share: an open installation, a merchant to act for, and errors as one line."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from guanxi.errors import GuanxiError, NotFoundError, Text

if TYPE_CHECKING:
    from guanxi.app import Installation
    from guanxi.context import Context

T = TypeVar("T")


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command; an expected failure is one line on stderr and exit code 1."""
    try:
        return asyncio.run(work())
    except GuanxiError as error:
        sys.stderr.write(f"{error.code}: {error.localized('en')}\n")
        raise SystemExit(1) from None


@asynccontextmanager
async def installation() -> AsyncIterator["Installation"]:
    """The installation that the settings name, migrated, without a worker of its own."""
    from guanxi import app
    from guanxi.settings import Settings

    settings = Settings()
    await app.migrate(settings)
    async with app.running(settings, work=False) as opened:
        yield opened


def platform_context(opened: "Installation") -> "Context":
    """The platform itself, for no merchant."""
    from guanxi.context import Context
    from guanxi.staff import service as staff

    return Context(staff.platform_principal(), opened.platform, request_id="cli")


@asynccontextmanager
async def merchant_context(opened: "Installation", slug: str) -> AsyncIterator["Context"]:
    """The platform acting for a merchant with every right. Raises: NotFoundError."""
    from guanxi.db.merchant import acting_for
    from guanxi.merchants import service as merchants
    from guanxi.plugins import enablement
    from guanxi.staff import service as staff

    ctx = platform_context(opened)
    row = await merchants.find_merchant(ctx, slug)
    if row is None:
        raise NotFoundError(
            Text(f"There is no merchant {slug}.", f"没有商户 {slug}。"),
            hint=Text("See: guanxi merchant list.", "请查看：guanxi merchant list。"),
        )
    plugins = await enablement.plugins_of(row.id, ctx.now())
    principal = replace(staff.platform_principal(merchants.ref_of(row)), plugins=plugins)
    with acting_for(row.id):
        schema = await opened.platform.schema_for(plugins)
        yield replace(ctx, principal=principal, schema=schema)
