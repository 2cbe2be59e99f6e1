"""Who sees contact values masked learns nothing more of them, whatever is asked."""

import re
from typing import Any

import orjson

from guanxi.customers.permissions import READ_CONTACTS, WRITE_CONTACTS
from guanxi.db.merchant import acting_for

# Two data sets that differ only where the mask hides something.
HERE = (("13800000001", "ann@example.com", "人民路1号"), ("13700001234", "bob@example.com", "解放路2号"))
THERE = (("13812340001", "amy@example.com", "人民大道9弄"), ("13755551234", "ben@example.com", "解放北路77号"))
GUESSES = sorted({value for rows in (HERE, THERE) for row in rows for value in row})

ALL = """{ id displayName version contactPoints { id kind value normalised isValid invalidReason isVerified isPreferred
  isServiceNumber province city district street postcode source collected } identities { system externalId }
  tags { name } }"""
LISTS = [
    f"{{ customers {{ totalCount nodes {ALL} }} }}",
    f"{{ customers(orderBy: [{{displayName: DESC}}]) {{ nodes {ALL} }} }}",
    f'{{ customers(where: {{not: {{displayName: {{eq: "x"}}}}}}, first: 1) {{ totalCount nodes {ALL} }} }}',
]
GUESSING = [
    f"query($guess: String!) {{ customer(by: {{phone: $guess}}) {ALL} }}",
    f"query($guess: String!) {{ customer(by: {{email: $guess}}) {ALL} }}",
    f"query($guess: String!) {{ customers(where: {{search: $guess}}) {{ totalCount nodes {ALL} }} }}",
    f"query($guess: String!) {{ customers(where: {{not: {{search: $guess}}}}) {{ nodes {ALL} }} }}",
    "query($guess: String!) { customers(where: {contactPoints: {value: {eq: $guess}}}) { totalCount } }",
    "query($guess: String!) { customers(where: {phone: {startsWith: $guess}}) { totalCount } }",
    "{ customers(orderBy: [{phone: ASC}]) { totalCount } }",
    "{ customers(orderBy: [{contactPoints: ASC}]) { totalCount } }",
    """mutation($guess: String!) { createCustomer(input: {displayName: "n",
       contactPoints: [{kind: PHONE, value: $guess}]}) { customer { displayName } errors { message code path } } }""",
    """mutation($guess: String!) { upsertCustomers(input: {items: [{externalId: {system: "shop", externalId: "0"},
       contactPoints: [{kind: PHONE, value: $guess}]}]})
       { outcomes { status error { message code } } errors { message } } }""",
]


async def fill(shop: Any, rows: Any) -> None:
    """The customers of one data set."""
    for number, (phone, email, street) in enumerate(rows):
        answer = await shop.ask(
            """mutation($id: String!, $name: String!, $phone: String!, $email: String!, $street: String!) {
               upsertCustomers(input: {items: [{externalId: {system: "shop", externalId: $id}, displayName: $name,
               contactPoints: [{kind: PHONE, value: $phone}, {kind: EMAIL, value: $email},
               {kind: ADDRESS, value: $street, street: $street}]}]}) { outcomes { status } } }""",
            id=str(number), name=f"客{number}", phone=phone, email=email, street=street,
        )  # fmt: skip
        assert answer.data["upsertCustomers"]["outcomes"] == [{"status": "CREATED"}], answer


def plain(answer: Any) -> str:
    """An answer with ids by their order, and without what says when."""
    text = orjson.dumps({"data": answer.data, "errors": [str(error) for error in answer.errors or ()]}).decode()
    known: dict[str, str] = {}
    return re.sub(r"\b[a-z]{3}_[0-9a-f]{32}\b", lambda found: known.setdefault(found[0], f"id{len(known)}"), text)


async def test_two_shops_that_differ_behind_the_mask_only_answer_alike(shop: Any, other: Any) -> None:
    await fill(shop, HERE)
    with acting_for(other.ctx.merchant.id):
        await fill(other, THERE)

    for document in (*LISTS, *GUESSING):
        for guess in GUESSES if "$guess" in document else [None]:
            variables = {} if guess is None else {"guess": guess}
            here = await shop.ask(document, by=shop.without(READ_CONTACTS, WRITE_CONTACTS), **variables)
            with acting_for(other.ctx.merchant.id):
                there = await other.ask(document, by=other.without(READ_CONTACTS, WRITE_CONTACTS), **variables)
            assert plain(here) == plain(there), (document, guess)
            assert [value for value in GUESSES if value != guess and value in plain(here)] == []


async def test_whoever_sees_contact_values_does_tell_the_shops_apart(shop: Any, other: Any) -> None:
    """The questions above are such that they could."""
    await fill(shop, HERE)
    with acting_for(other.ctx.merchant.id):
        await fill(other, THERE)

    answers = []
    for one in (shop, other):
        with acting_for(one.ctx.merchant.id):
            asked = [(LISTS[0], {}), *((document, {"guess": HERE[0][0]}) for document in GUESSING[:3])]
            answers.append([plain(await one.ask(document, **variables)) for document, variables in asked])
    assert [here == there for here, there in zip(*answers, strict=True)] == [False, False, True, False]
