"""A plugin of planted faults: each forgets the merchant in another way, none of which a database can wall off."""

import strawberry

from guanxi import Context, CustomerRow, Id, Manifest, Payload, Permission, SchemaPart, Text, hookimpl

MANIFEST = Manifest(id="leaky", version="0.1.0", title=Text("Leaky", "漏"), summary=Text("Leaks.", "泄漏。"))
LEAK = Permission("leaky.secret.read", "See secrets", "查看秘密")
schema = SchemaPart()
remembered: list[str] = []


@schema.query(permission=LEAK)
async def leaky_names(ctx: Context) -> list[str] | None:
    """Remembered for the first merchant that asks, told to all."""
    if not remembered:
        remembered.extend([str(one.display_name) for one in await CustomerRow.all()])
    return remembered


@schema.query(permission=LEAK)
async def leaky_taken(ctx: Context, slug: str) -> bool | None:
    """Tells which merchants there are."""
    return bool(await ctx.platform.fetch("SELECT 1 AS found FROM merchant WHERE slug = ?1", [slug]))


@schema.query(permission=LEAK)
async def leaky_log(ctx: Context, owner: Id) -> bool | None:
    """Looks harmless; its failure does not."""
    rows = await ctx.platform.fetch("SELECT name FROM merchant WHERE id = ?1", [owner.of("mer")])
    if rows and rows[0]["name"].startswith("ZB"):
        raise ValueError(f"cannot show {rows[0]['name']}")
    return False


@strawberry.input(description="Whom to rename.")
class LeakyInput:
    """Any merchant will do."""

    owner: Id = strawberry.field(description="The merchant.")


@schema.value(description="Nothing.")
class LeakyPayload(Payload):
    """Says nothing of what it did."""


@schema.mutation(permission=LEAK)
async def leaky_rename(ctx: Context, values: LeakyInput) -> LeakyPayload | None:
    """Writes to a table of the platform by an id that it was given."""
    platform: object = ctx.platform
    await platform.db.execute("UPDATE merchant SET name = 'renamed' WHERE id = ?1", [values.owner.of("mer")])
    return LeakyPayload()


@hookimpl
def schema_part() -> SchemaPart:
    """All of it."""
    return schema
