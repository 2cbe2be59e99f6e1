"""Planted ways around the scope are found, and ordinary code is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from guanxi.db import lint

PLANTED = {
    "driver": [
        "import asyncpg",
        "import sqlite3 as db",
        "from aiosqlite import connect",
        "from asyncpg.pool import Pool",
    ],
    "connection": [
        "from tortoise.connection import get_connection",
        "from tortoise import connections",
        "from tortoise.transactions import in_transaction",
        'client = tortoise.connections.get("default")',
    ],
    "raw": ['rows = await Customer.raw("SELECT 1")'],
    "union": ["rows = Customer.filter(name=x).union(Customer.all())"],
    "client": ['await client.execute_query("SELECT 1")', "await db.client.execute_script(text)"],
    "names": [
        "rows = Customer.filter(**given)",
        "rows = Customer.all().values(**aliases)",
        "rows = Customer.annotate(**{name: Count('id') for name in names})",
        "rows = Customer.all().order_by(*keys)",
        "rows = Customer.all().values(*columns)",
        "await Customer.filter(id=key).update(**changes)",
        "rows = Customer.filter(**{f'{name}__gt': value})",
        "rows = Customer.all().values_list(*(name for name in names))",
    ],
}
HARMLESS = """
import asyncio
from tortoise.exceptions import IntegrityError

NAMES = ("id", "name")

async def read(ctx, given, value):
    choice = {"name": value} if value else {"name__isnull": True}
    rows = await Customer.filter(**choice).order_by("id").values(*NAMES)
    await Customer.filter(**{"name": value}).update(name=value)
    row = Customer(**given)
    known = {1}.union({2})
    dict.update(known, **given)
    return await ctx.platform.fetch("SELECT 1", []), rows, row, {}.get("connections")
"""


def found(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "planted.py"
    path.write_text(text, encoding="utf-8")
    return [finding.rule for finding in lint.find_in_folders([tmp_path])]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PLANTED.items() for text in texts])
def test_a_planted_way_around_is_found(tmp_path: Path, rule: str, text: str) -> None:
    body = text if text.startswith(("import", "from")) else f"async def work(given, changes, keys):\n    {text}"

    assert found(tmp_path, body) == [rule]


def test_ordinary_code_is_left_alone(tmp_path: Path) -> None:
    assert found(tmp_path, HARMLESS) == []


@pytest.mark.parametrize(
    "text",
    [
        "NAMES = ('id',)\ndef read(NAMES):\n    return Customer.all().values(*NAMES)",
        "def read(keys):\n    names = ('id',)\n    for names in keys:\n        Customer.all().values(*names)",
        "def read(ctx):\n    names = ('id',)\n    names = ctx.names\n    return Customer.all().values(*names)",
    ],
)
def test_a_name_that_is_also_bound_otherwise_is_no_constant(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == ["names"]


def test_a_reason_excuses_names_and_nothing_else(tmp_path: Path) -> None:
    excused = "rows = Customer.filter(**given)  # names: each is a key of CHECKS\n"

    assert found(tmp_path, excused) == []
    assert found(tmp_path, "rows = Customer.filter(**given)  # names:\n") == ["names"]
    assert found(tmp_path, "import asyncpg  # names: because\n") == ["driver"]


def test_the_data_layer_and_migrations_are_exempt(tmp_path: Path) -> None:
    for folder in ("guanxi/db", "guanxi/testing", "shop/migrations"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "some.py").write_text("import asyncpg\n")

    assert lint.find_in_folders([tmp_path]) == []


def test_the_command_prints_places_and_fails(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text("import os\nimport asyncpg\n")
    command = [sys.executable, "-m", "guanxi.db.lint", str(tmp_path)]

    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    (tmp_path / "some.py").write_text("import os\n")
    good = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (bad.returncode, good.returncode) == (1, 0)
    assert bad.stdout.startswith(f"{tmp_path / 'some.py'}:2: driver asyncpg")
    assert good.stdout == ""


def test_the_product_has_no_way_around_its_scope() -> None:
    root = Path(__file__).parents[2]

    assert [str(finding) for finding in lint.find_in_folders([root / "platform", root / "plugins"])] == []
