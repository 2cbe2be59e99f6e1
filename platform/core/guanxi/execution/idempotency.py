"""One effect for one key: the answer of a keyed mutation is stored in the transaction that makes its effect."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.errors import (
    BadUserInputError,
    IdempotencyInProgressError,
    IdempotencyMismatchError,
    IdempotencyRequiredError,
    Text,
)
from guanxi.execution import errors
from guanxi.execution.documents import Operation
from guanxi.execution.models import IdempotencyRecord
from guanxi.execution.request import Answer, GraphQLRequest

KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
SWEEP = 64  # one keyed mutation in so many also forgets what is over a day old
TRIES = 5
REPLAYED = "Idempotent-Replayed"

WAIT = Text("Wait for its answer, then ask again.", "请等待其结果后再重试。")


@dataclass(frozen=True, slots=True)
class Claim:
    """A key as one principal of one merchant sent it, and what it stands for."""

    merchant: UUID
    principal: str
    key: str
    digest: str

    @property
    def identity(self) -> tuple[UUID, str, str]:
        """What two requests share that may not both take effect."""
        return self.merchant, self.principal, self.key

    @property
    def lock_number(self) -> int:
        """The identity as a number of 63 bits."""
        text = "\0".join((self.merchant.hex, self.principal, self.key))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


class KeyTakenError(Exception):
    """Another transaction has claimed the key meanwhile."""


class NotKeptError(Exception):
    """Carries an answer with errors out of the transaction that it rolls back."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("rolled back")
        self.answer = answer


def find_key(request: GraphQLRequest, ctx: Context) -> str | None:
    """The key of the request, wherever it stands. Raises: BadUserInputError on one that is none."""
    said = (request.extensions or {}).get("idempotencyKey")
    given = [one for one in (request.idempotency_key, ctx.idempotency_key, said) if one is not None]
    if not given:
        return None
    key = given[0]
    if not isinstance(key, str) or not KEY.fullmatch(key) or any(one != key for one in given):
        raise BadUserInputError(
            Text("The idempotency key is malformed, or there are two.", "幂等键格式无效，或传入了两个不同的键。"),
            hint=Text("Send one key of 1 to 255 visible ASCII characters.", "请传入一个 1 至 255 位的可见 ASCII 键。"),
            path=("extensions", "idempotencyKey"),
        )
    return key


def check_operation(operation: Operation, key: str | None) -> None:
    """Raises: IdempotencyRequiredError, or BadUserInputError where a key cannot cover the operation."""
    needing = [root.name for root in operation.roots if root.needs_key]
    if key is None and needing:
        raise IdempotencyRequiredError(
            Text(f"{needing[0]} runs only with an idempotency key.", f"{needing[0]} 必须携带幂等键。"),
            hint=Text("Send the header Idempotency-Key.", "请发送 Idempotency-Key 请求头。"),
        )
    if key is not None:
        _check_keyed(operation)


def _check_keyed(operation: Operation) -> None:
    keyless = [root.name for root in operation.roots if not root.takes_key]
    if keyless:
        raise errors.bad_input(
            Text(f"{keyless[0]} takes no idempotency key.", f"{keyless[0]} 不接受幂等键。"),
            Text("Send it without; read the state before repeating it.", "请不带键发送；重复前请先读取状态。"),
            "extensions",
            "idempotencyKey",
        )
    if len(operation.roots) != 1 or "query" in operation.roots[0].selected:
        raise errors.bad_input(
            Text(
                "A keyed mutation has one root field, and its payload is asked for no query.",
                "携带幂等键的变更只能有一个根字段，且不能查询 query 字段。",
            ),
            Text("Send one mutation for each key; read in another request.", "请为每个键发送一个变更，另行查询。"),
            "extensions",
            "idempotencyKey",
        )


def claim(key: str, operation: Operation, request: GraphQLRequest, ctx: Context) -> Claim:
    """What the key stands for: the document without its layout, the operation's name and the variables."""
    named = operation.node.name.value if operation.node.name is not None else None
    content = orjson.dumps([named, request.variables or {}], option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(operation.document.digest + content).hexdigest()
    return Claim(ctx.merchant.id, f"{ctx.actor.kind}:{ctx.actor.id}", key, digest)


class Turns:
    """Requests of this process with the same key, one at a time: waiting here holds no connection."""

    def __init__(self) -> None:
        self._locks: dict[tuple[UUID, str, str], tuple[asyncio.Lock, int]] = {}

    def __len__(self) -> int:
        """How many keys are in flight."""
        return len(self._locks)

    @asynccontextmanager
    async def take(self, claim: Claim, *, seconds: float) -> AsyncIterator[None]:
        """Wait for those before. Raises: IdempotencyInProgressError when that takes too long."""
        lock, users = self._locks.get(claim.identity, (asyncio.Lock(), 0))
        self._locks[claim.identity] = (lock, users + 1)
        try:
            try:
                await asyncio.wait_for(lock.acquire(), seconds)
            except TimeoutError:
                raise in_progress() from None
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, users = self._locks.pop(claim.identity)
            if users > 1:
                self._locks[claim.identity] = (lock, users - 1)


async def run_once(claim: Claim, ctx: Context, run: Callable[[], Awaitable[tuple[Answer, bool]]]) -> Answer:
    """Run, store and answer, or answer what is stored. ``run`` says whether its answer may be kept.

    Raises: IdempotencyMismatchError, IdempotencyInProgressError.
    """
    for _ in range(TRIES):
        try:
            async with ctx.platform.transaction():
                row = await _claim_row(claim, ctx)
                if row.body:
                    return replay(row.body.encode())
                answer, is_kept = await run()
                if not is_kept:
                    raise NotKeptError(answer)
                answer.body = render(answer)
                row.body = answer.body.decode()
                await row.save(update_fields=["body"])
            return answer
        except KeyTakenError:
            continue
        except NotKeptError as rolled_back:
            ctx.loaders.clear()
            return rolled_back.answer
    raise in_progress()


async def forget_expired(ctx: Context) -> int:
    """Delete the bound merchant's records that are over a day old; how many there were."""
    return await IdempotencyRecord.filter(created_at__lt=ctx.now() - KEPT).delete()


def replay(body: bytes) -> Answer:
    """A stored answer, byte for byte."""
    content = orjson.loads(body)
    return Answer(
        data=content.get("data"),
        extensions=content.get("extensions", {}),
        headers={REPLAYED: "true"},
        body=body,
    )


def render(answer: Answer) -> bytes:
    """The body of an answer without errors."""
    content: dict[str, Any] = {"data": answer.data}
    if answer.extensions:
        content["extensions"] = answer.extensions
    return orjson.dumps(content)


def in_progress() -> IdempotencyInProgressError:
    """The one wording for a key whose first request still runs."""
    return IdempotencyInProgressError(
        Text("The first request with this idempotency key still runs.", "使用该幂等键的首个请求仍在执行。"), hint=WAIT
    )


async def _claim_row(claim: Claim, ctx: Context) -> IdempotencyRecord:
    """The row with the stored answer; one without an answer is this transaction's own."""
    if ctx.platform.dialect == "postgres":
        await _lock(claim, ctx)
    found = await IdempotencyRecord.filter(principal=claim.principal, key=claim.key).first()
    if found is not None and found.created_at > ctx.now() - KEPT:
        if found.digest != claim.digest:
            raise IdempotencyMismatchError(
                Text("This idempotency key was used for another request.", "该幂等键已用于其他请求。"),
                hint=Text("Use a new key for a new request.", "新的请求请使用新的键。"),
            )
        return found
    if found is not None:
        await found.delete()
    if claim.lock_number % SWEEP == 0:
        await forget_expired(ctx)
    try:
        return await IdempotencyRecord.create(
            principal=claim.principal, key=claim.key, digest=claim.digest, created_at=ctx.now()
        )
    except IntegrityError as taken:
        raise KeyTakenError from taken


async def _lock(claim: Claim, ctx: Context) -> None:
    """Hold the key against other processes, without waiting: PostgreSQL would wait with a connection each."""
    rows = await ctx.platform.fetch("SELECT pg_try_advisory_xact_lock(?1) AS won", [claim.lock_number])
    if not rows[0]["won"]:
        raise in_progress()
