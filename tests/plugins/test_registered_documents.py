"""Documents that a merchant registered run by their ids; what needs a plugin that is off says so; modes are kept."""

from dataclasses import replace
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.execution import operations, registered
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.merchants.models import Merchant

REGISTER = """mutation ($d: [NewDocumentInput!]!) { registerDocuments(input: {documents: $d}) {
  documents { documentId name plugins } errors { code message path } } }"""
RETIRE = "mutation ($i: String!) { retireDocument(input: {documentId: $i}) { documentId errors { code } } }"
WHO = "{ viewer { actor { kind } } }"
WHO_IS = {"viewer": {"actor": {"kind": "token"}}}
LARGE = "{ merchant { " + " ".join(f"a{n}: slug" for n in range(900)) + " } }"
GREETING = """
schema = SchemaPart()

@schema.query(permission=Permission("hello.greeting.read", "Read greetings", "查看问候"))
async def greeting(ctx) -> str:
    "A greeting."
    return "hello"

@hookimpl
def schema_part() -> SchemaPart:
    return schema
"""


async def ask(shop: Any, query: str | None, *, mode: str = "limited", **extensions: Any) -> Answer:
    """One request as a client of documents sends it."""
    ctx: Context = await shop.ctx()
    merchant = replace(ctx.merchant, document_mode=mode)
    ctx = replace(ctx, principal=replace(ctx.principal, merchant=merchant), loaders={})
    with shop.acting():
        return await operations.run(GraphQLRequest(query, extensions=extensions or None), ctx)


async def register(shop: Any, *texts: str) -> Any:
    answer = await shop.ask(REGISTER, d=[{"text": one, "name": f"query {n}"} for n, one in enumerate(texts)])
    assert answer.errors == []
    return answer.data["registerDocuments"]


def code_of(answer: Answer) -> Any:
    assert not answer.ran
    return answer.errors[0]["extensions"]["code"]


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": registered.id_of(text).removeprefix("sha256:")}}


async def test_a_registered_document_runs_by_its_id_for_its_merchant_alone(shop: Any, other: Any) -> None:
    made = await register(shop, WHO)

    [one] = made["documents"]
    assert one == {"documentId": registered.id_of(WHO), "name": "query 0", "plugins": []}
    assert (await ask(shop, None, documentId=one["documentId"])).data == WHO_IS
    assert code_of(await ask(other, None, documentId=one["documentId"])) == "PERSISTED_QUERY_NOT_FOUND"


async def test_registering_again_changes_nothing(shop: Any) -> None:
    first, second = await register(shop, WHO), await register(shop, WHO, "{ merchant { slug } }")

    assert second["documents"][0] == first["documents"][0]
    listed = await shop.ask("{ registeredDocuments { totalCount nodes { text } } }")
    assert listed.data["registeredDocuments"]["totalCount"] == 2


async def test_what_does_not_fit_the_schema_is_refused_with_its_place_and_nothing_is_registered(shop: Any) -> None:
    made = await register(shop, WHO, "{ nonsense }")

    [error] = made["errors"]
    assert (error["code"], error["path"][:2]) == ("BAD_USER_INPUT", ["documents", "1"])
    assert "nonsense" in error["message"]
    assert code_of(await ask(shop, None, documentId=registered.id_of(WHO))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_retired_document_runs_no_longer(shop: Any) -> None:
    await register(shop, WHO)
    document_id = registered.id_of(WHO)
    assert (await ask(shop, None, documentId=document_id)).data == WHO_IS

    assert (await shop.ask(RETIRE, i=document_id)).data["retireDocument"]["errors"] == []

    assert code_of(await ask(shop, None, documentId=document_id)) == "PERSISTED_QUERY_NOT_FOUND"
    again = await shop.ask(RETIRE, i=document_id)
    assert again.data["retireDocument"]["errors"] == [{"code": "NOT_FOUND"}]


async def test_one_that_needs_a_disabled_plugin_names_it(house: Any, shop: Any) -> None:
    await house.add("hello", GREETING)
    await shop.enable("hello")
    made = await register(shop, "{ greeting }")
    assert made["documents"][0]["plugins"] == ["hello"]
    assert (await ask(shop, None, documentId=registered.id_of("{ greeting }"))).data == {"greeting": "hello"}

    await shop.disable("hello")
    answer = await ask(shop, None, documentId=registered.id_of("{ greeting }"))

    assert code_of(answer) == "PLUGIN_DISABLED"
    assert answer.errors[0]["extensions"]["plugin"] == "hello"
    assert code_of(await ask(shop, "{ greeting }")) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_registered_document_may_be_larger(shop: Any) -> None:
    assert code_of(await ask(shop, LARGE)) == "QUERY_TOO_COMPLEX"
    assert code_of(await ask(shop, LARGE, mode="trusted")) == "PERSISTED_QUERY_REQUIRED"

    await register(shop, LARGE)

    assert (await ask(shop, None, documentId=registered.id_of(LARGE))).errors == []


async def test_an_automatic_document_is_sent_once_and_then_by_its_hash(shop: Any, other: Any) -> None:
    unknown = await ask(shop, None, **persisted(WHO))
    sent = await ask(shop, WHO, **persisted(WHO))
    known = await ask(shop, None, **persisted(WHO))

    assert code_of(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert (sent.data, known.data) == (WHO_IS, WHO_IS)
    assert code_of(await ask(other, None, **persisted(WHO))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "extensions",
    [
        {"documentId": registered.id_of("{ other }")},
        {"documentId": "sha256:abc"},
        {"documentId": 7},
        persisted("{ other }"),
        {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}},
        {"persistedQuery": "hash"},
    ],
    ids=str,
)
async def test_an_id_that_is_not_the_documents_is_refused(shop: Any, extensions: dict[str, Any]) -> None:
    assert code_of(await ask(shop, WHO, **extensions)) == "BAD_USER_INPUT"


async def test_a_trusting_merchant_runs_registered_documents_only(shop: Any) -> None:
    assert code_of(await ask(shop, WHO, mode="trusted")) == "PERSISTED_QUERY_REQUIRED"
    await ask(shop, WHO, **persisted(WHO))
    assert code_of(await ask(shop, None, mode="trusted", **persisted(WHO))) == "PERSISTED_QUERY_NOT_FOUND"
    assert code_of(await ask(shop, WHO, mode="trusted", **persisted(WHO))) == "PERSISTED_QUERY_REQUIRED"

    await register(shop, WHO)

    by_id = await ask(shop, None, mode="trusted", documentId=registered.id_of(WHO))
    by_hash = await ask(shop, None, mode="trusted", **persisted(WHO))
    by_text = await ask(shop, WHO, mode="trusted")
    assert [one.data for one in (by_id, by_hash, by_text)] == [WHO_IS] * 3


async def test_the_mode_is_the_merchants_own(shop: Any) -> None:
    with shop.acting():
        await Merchant.filter(id=shop.ref.id).update(document_mode="trusted")
        row = await Merchant.get(id=shop.ref.id)

    shop.ref = replace(shop.ref, document_mode=row.document_mode)

    assert code_of(await shop.ask(WHO)) == "PERSISTED_QUERY_REQUIRED"


async def test_an_open_merchant_takes_large_documents_from_anybody(shop: Any) -> None:
    assert (await ask(shop, LARGE, mode="open")).errors == []
