"""Tokens of shoppers: who may sign them, which are refused, and when they end."""

import base64
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from account_house import House, no_plugins
from cryptography.hazmat.primitives.asymmetric import rsa

from guanxi.accounts import service
from guanxi.accounts.models import ShopperKey
from guanxi.context import Principal
from guanxi.db import statements
from guanxi.errors import BadUserInputError, ForbiddenError, NotFoundError, UnauthenticatedError
from guanxi.merchants import service as merchants

ROOT = b"k" * 32
CUSTOMER = UUID(int=7)


@dataclass
class BackEnd:
    """A merchant's own server, which knows the secret and nothing else of ours."""

    house: House
    made: service.ShopperSecret
    claims: dict[str, Any] = field(default_factory=dict)

    def token(self, *, algorithm: str = "HS256", secret: Any = None, headers: Any = None, **claims: Any) -> str:
        now = int(self.house.clock().timestamp())
        said = {"iss": self.made.key, "aud": "guanxi", "sub": f"cus_{CUSTOMER.hex}", "iat": now, "nbf": now}
        said = {name: value for name, value in (said | {"exp": now + 600} | claims).items() if value is not None}
        return f"{self.made.key}.{jwt.encode(said, secret or self.made.secret, algorithm, headers)}"


@pytest.fixture
async def back_end(house: House) -> BackEnd:
    return BackEnd(house, await service.rotate_secret(house.ctx))


async def admitted(house: House, text: str) -> Principal:
    return await service.authenticate_shopper(house.db, text, house.clock(), root=ROOT, plugins_of=no_plugins)


def unsigned(text: str) -> str:
    """The same claims under a header that says that nobody signed them."""
    key, _, claims, _ = text.split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{key}.{header}.{claims}."


async def is_refused(house: House, text: str) -> bool:
    try:
        await admitted(house, text)
    except UnauthenticatedError:
        return True
    return False


async def test_a_token_of_the_back_end_is_its_customers_and_allows_nothing(house: House, back_end: BackEnd) -> None:
    principal = await admitted(house, back_end.token())

    assert (principal.actor.kind, principal.actor.customer_id) == ("shopper", CUSTOMER)
    assert principal.actor.permissions == {"core.session.use", "core.shopper"}
    assert principal.merchant.id == house.ctx.merchant.id


async def test_a_token_that_is_issued_here_is_as_good(house: House, back_end: BackEnd) -> None:
    issued = await service.issue(house.ctx, CUSTOMER, seconds=60)

    assert (await admitted(house, issued.text)).actor.customer_id == CUSTOMER
    house.clock.advance(seconds=60)
    assert await is_refused(house, issued.text)


async def test_a_known_key_costs_one_statement(house: House, back_end: BackEnd) -> None:
    await admitted(house, back_end.token())

    with statements.counting() as counted:
        await admitted(house, back_end.token(sub=f"cus_{UUID(int=8).hex}"))

    assert counted.count == 1


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_no_other_algorithm_and_no_other_secret_signs(house: House, back_end: BackEnd) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = [
        back_end.token(algorithm="HS384"),
        back_end.token(algorithm="HS512"),
        back_end.token(algorithm="RS256", secret=private),
        unsigned(back_end.token()),
        back_end.token(secret="x" * 43),
        back_end.token(secret=back_end.made.key.ljust(43, "x")),
        back_end.token(secret="x" * 43, headers={"kid": back_end.made.key, "jku": "https://evil.example/keys"}),
        back_end.token()[:-2] + "AA",
    ]

    assert [await is_refused(house, text) for text in forged] == [True] * len(forged)


WRONG: tuple[dict[str, Any], ...] = (
    *({name: None} for name in ("iss", "aud", "sub", "iat", "nbf", "exp")),
    {"aud": "other"},
    {"iss": "gx_shop_00000000_000000"},
    {"sub": "cus_7"},
    {"sub": "stf_" + "0" * 32},
    {"sub": "cus_" + "0" * 31},
    {"exp": "soon"},
    {"exp": 10**20},
)


async def test_a_claim_that_is_missing_or_wrong_is_refused(house: House, back_end: BackEnd) -> None:
    admitted = [claims for claims in WRONG if not await is_refused(house, back_end.token(**claims))]

    assert admitted == []


async def test_a_token_is_good_from_its_beginning_to_its_end_for_an_hour_at_most(
    house: House, back_end: BackEnd
) -> None:
    now = int(house.clock().timestamp())

    assert await is_refused(house, back_end.token(exp=now))
    assert await is_refused(house, back_end.token(nbf=now + 60))
    assert await is_refused(house, back_end.token(iat=now + 60, nbf=now + 60, exp=now + 120))
    assert await is_refused(house, back_end.token(exp=now + 3601))
    assert not await is_refused(house, back_end.token(exp=now + 3600))


async def test_a_text_of_another_form_is_refused(house: House) -> None:
    for text in ("gx_shop_", "gx_shop_x.y.z", "gx_shop_00000000_000000.a.b.c", "gx_shop_\u00e9.a.b.c"):
        assert await is_refused(house, text)


async def test_a_rotated_secret_ends_after_the_overlap(house: House, back_end: BackEnd) -> None:
    old = BackEnd(house, back_end.made)

    new = BackEnd(house, await service.rotate_secret(house.ctx, overlap_seconds=300))

    assert new.made.key == old.made.key
    assert new.made.secret != old.made.secret
    assert not await is_refused(house, old.token())
    assert not await is_refused(house, new.token())
    house.clock.advance(seconds=300)
    assert await is_refused(house, old.token())
    assert not await is_refused(house, new.token())


async def test_an_open_socket_ends_with_its_token_and_with_its_secret(house: House, back_end: BackEnd) -> None:
    principal = await admitted(house, back_end.token())

    async def renewed() -> Principal | None:
        return await service.renewed_shopper(house.db, principal, house.clock(), plugins_of=no_plugins)

    assert await renewed() == principal
    before = house.clock.moment
    house.clock.advance(seconds=600)
    assert await renewed() is None
    house.clock.moment = before
    await service.rotate_secret(house.ctx, overlap_seconds=0)
    assert await renewed() is None


async def test_the_secret_of_one_merchant_signs_for_no_other(house: House, back_end: BackEnd) -> None:
    foreign = replace(house.ctx.principal.merchant, id=UUID(int=99))
    await ShopperKey.create(public_id="zzzzzzzz", home_id=foreign.id, created_at=house.clock())
    with_their_key = back_end.token().replace(back_end.made.key, "gx_shop_zzzzzzzz_000000")

    assert await is_refused(house, with_their_key)


async def test_nothing_that_signs_is_stored(house: House, back_end: BackEnd) -> None:
    assert back_end.made.secret not in repr(await ShopperKey.all().values())


async def test_only_who_may_makes_keys_and_tokens(house: House) -> None:
    agent = await house.ctx_of((await house.sign_in_new("agent")).key)

    with pytest.raises(NotFoundError):
        await service.issue(house.ctx, CUSTOMER)
    for refused in (service.rotate_secret(agent), service.issue(agent, CUSTOMER)):
        with pytest.raises(ForbiddenError):
            await refused
    for asked in (
        service.rotate_secret(house.ctx, overlap_seconds=-1),
        service.rotate_secret(house.ctx, overlap_seconds=timedelta(days=8) // timedelta(seconds=1)),
        service.rotate_secret(replace(house.ctx, idempotency_key="k")),
        service.issue(house.ctx, CUSTOMER, seconds=3601),
    ):
        with pytest.raises(BadUserInputError):
            await asked


async def test_a_change_of_the_merchant_is_seen_with_the_next_request(house: House, back_end: BackEnd) -> None:
    await admitted(house, back_end.token())

    changed: merchants.MerchantChanges = {"name": "Other"}
    await merchants.update_merchant(house.ctx, changed, expected_version=1)

    assert (await admitted(house, back_end.token())).merchant.name == "Other"
