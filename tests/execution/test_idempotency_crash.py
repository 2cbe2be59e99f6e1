"""A process that dies loses an answer, never the pair of effect and answer."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from guanxi.db.apps import App
from guanxi.settings import Settings
from guanxi.testing import counts

CHILD = """
import asyncio, os, signal, sys
from contextlib import nullcontext
from uuid import UUID
from graphql import build_schema
from guanxi.context import Actor, Context, MerchantRef, Principal, utc_now
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.execution import operations
from guanxi.execution.models import IdempotencyRecord
from guanxi.execution.request import GraphQLRequest
from guanxi.settings import Settings

settings, moment, delay = Settings.model_validate_json(sys.argv[1]), sys.argv[2], float(sys.argv[3])
merchant = UUID(int=7)


def die(here):
    if here == moment:
        os.kill(os.getpid(), signal.SIGKILL)


async def pay(_source, info):
    async with info.context.transaction():
        await IdempotencyRecord.create(principal="effect", key=str(uuid7()), digest="", created_at=utc_now())
        die("inside")
    die("before the commit")
    return {"rows": await IdempotencyRecord.filter(principal="effect").count()}


class Composed:
    graphql = build_schema("type Query { a: Int } type Mutation { pay: Paid } type Paid { rows: Int }")


class Platform:
    def __init__(self, db):
        self.transaction, self.reading, self.fetch, self.dialect = db.transaction, db.reading, db.fetch, db.dialect


async def main():
    db = Database(settings, [App("execution", "guanxi.execution.models", None)])
    await db.open()
    Composed.graphql.mutation_type.fields["pay"].resolve = pay
    with db.bound(), acting_for(merchant):
        principal = Principal(MerchantRef(merchant, "tea", "Tea"), Actor("token", "t1"))
        ctx = Context(principal, Platform(db), "r", schema=Composed())
        if moment == "any time":
            asyncio.get_running_loop().call_later(delay, os.kill, os.getpid(), signal.SIGKILL)
        request = GraphQLRequest("mutation { pay { rows } }", idempotency_key="k1")
        answer = await operations.run(request, ctx)
        die("after the commit")
        print(answer.body.decode(), answer.headers, await IdempotencyRecord.filter(principal="effect").count())
        if moment == "any time":
            await asyncio.sleep(10)
    await db.close()


asyncio.run(main())
"""


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App("execution", "guanxi.execution.models", None)]


@pytest.fixture
def process(database_settings: Settings) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(moment: str, delay: float = 0.0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", CHILD, database_settings.model_dump_json(), moment, str(delay)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.parametrize("moment", ["inside", "before the commit", "after the commit"])
def test_a_killed_process_is_asked_again_and_the_effect_is_one(process: Any, moment: str) -> None:
    killed = process(moment)

    again = process("never")

    assert killed.returncode == -signal.SIGKILL
    assert again.stdout.startswith('{"data":{"pay":{"rows":1}}'), again.stderr
    assert ("Idempotent-Replayed" in again.stdout) == (moment == "after the commit")
    assert again.stdout.rstrip().endswith(" 1")


def test_kills_at_any_time_leave_one_effect(process: Any) -> None:
    for step in range(counts.scaled(30, minimum=3)):
        process("any time", 0.002 * step)

    assert process("never").stdout.rstrip().endswith(" 1")
