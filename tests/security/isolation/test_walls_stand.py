"""The walls of the whole installation, table by table, and names from clients that never reach SQL."""

import pytest
from fuzz_rows import PLATFORM, owned_tables
from fuzz_world import REQUEST, World

from guanxi.execution.request import GraphQLRequest
from guanxi.http.ports import Call

together = pytest.mark.asyncio(loop_scope="module")
SECURITY = """
SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
  (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)
    AS policies
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
ROLE = "SELECT rolsuper OR rolbypassrls AS is_free FROM pg_roles WHERE rolname = current_user"
POSTGRES_KEYS = """
SELECT s.relname AS source, k.conname AS name, count(*) AS columns, bool_or(a.attname = 'merchant_id') AS is_whole
FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
WHERE k.contype = 'f' GROUP BY s.relname, k.conname
"""
SQLITE_KEYS = """
SELECT t.name AS source, f.id AS name, count(*) AS columns, max(f."from" = 'merchant_id') AS is_whole
FROM main.sqlite_master t, pragma_foreign_key_list(t.name, 'main') f WHERE t.type = 'table' GROUP BY t.name, f.id
"""
VIEWS = "SELECT name FROM temp.sqlite_master WHERE type = 'view'"
TRIGGERS = "SELECT tbl_name AS name, count(*) AS n FROM temp.sqlite_master WHERE type = 'trigger' GROUP BY tbl_name"
SNEAKY = ("merchant__slug", "merchantId", "customer__tags__name", "id__in", "display_name", 'x" OR 1 = 1 --')


@together
async def test_every_table_of_merchants_has_its_wall(shared: World) -> None:
    db, tables = shared.opened.db, set(owned_tables(shared.opened.db)) - set(PLATFORM)

    with db.bound():
        if db.dialect == "postgres":
            rows = {row["name"]: row for row in await db.fetch(SECURITY)}
            assert {one for one in tables if not rows[one]["is_forced"] or rows[one]["policies"] != 1} == set()
            assert (await db.fetch(ROLE))[0]["is_free"] is False
            return
        async with db.reading():
            assert {row["name"] for row in await db.fetch(VIEWS)} == tables
        async with db.transaction():
            assert {row["name"]: row["n"] for row in await db.fetch(TRIGGERS)} == dict.fromkeys(tables, 4)


@together
async def test_every_key_between_tables_of_merchants_names_the_merchant(shared: World) -> None:
    db, tables = shared.opened.db, set(owned_tables(shared.opened.db)) - set(PLATFORM)

    with db.bound():
        keys = await db.fetch(POSTGRES_KEYS if db.dialect == "postgres" else SQLITE_KEYS)

    found = [row for row in keys if row["source"] in tables]
    assert [row for row in found if row["columns"] != 2 or not row["is_whole"]] == []
    assert len(found) > 10


@together
async def test_a_filter_takes_no_name_but_those_it_declares(shared: World) -> None:
    """The ORM would follow ``merchant__slug`` wherever it leads."""
    for made in shared.schema.catalog.filters:
        for name in SNEAKY:
            text = f"query ($where: {made}) {{ customers(where: $where) {{ totalCount }} }}"
            request = GraphQLRequest(text, variables={"where": {name: {"eq": "x"}}})

            answer = await shared.gateway.run(request, shared.a.principals["admin"], Call(REQUEST))

            assert not answer.ran
            assert answer.errors[0]["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


@together
async def test_a_name_that_a_client_gives_a_result_stays_a_name(shared: World) -> None:
    text = "{ merchant_id: customers(first: 1) { count: totalCount rows: nodes { secret_hash: displayName } } }"

    answer = await shared.gateway.run(GraphQLRequest(text), shared.a.principals["admin"], Call(REQUEST))

    assert answer.errors == []
    assert answer.data is not None
    assert answer.data["merchant_id"]["rows"][0]["secret_hash"].startswith("ZA")
