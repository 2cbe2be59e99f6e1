"""What a post sees: on every path only the customers in its scope, and whatever hangs on them."""

from typing import Any

import pytest

from guanxi.context import utc_now
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.customers.rules.profile import Identity
from guanxi.db.models import MerchantModel
from guanxi.db.scoping import EVERYBODY, ways_of
from guanxi.errors import NotFoundError
from guanxi.interactions import service as interactions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.schema import scope
from guanxi.staff.models import Post

together = pytest.mark.asyncio(loop_scope="module")
NAMES = "{ customers(first: 50) { totalCount nodes { displayName } } }"
SEEN = {
    "lin": ["c-lin"],
    "east": ["c-lin", "c-wu"],
    "region": ["c-lin", "c-wu", "c-zhou"],
}
EVERY_PATH = """query ($id: ID!, $interaction: ID!) {
  node(id: $id) { id } nodes(ids: [$id, $interaction]) { id }
  customer(by: {id: $id}) { id }
  customers(where: {id: {eq: $id}}) { totalCount nodes { id } }
  named: customers(where: {displayName: {eq: "c-ma"}}) { totalCount }
  tagged: customers(where: {tag: {eq: "vip"}}) { totalCount }
  interactions { totalCount nodes { id customer { id } } }
  interactionStats(groupBy: [CUSTOMER]) { totalCount nodes { count customer { id } } }
  all: interactionStats { nodes { count } }
}"""


async def ids_of(firm: Any, name: str) -> dict[str, str]:
    """A customer of that name with a tag and a purchase."""
    with firm.acting() as ctx:
        row = await Customer.get(display_name=name)
        await customers.add_tags(ctx, row.id, ["vip"])
        new = NewInteraction(row.id, "purchase", utc_now(), "store", amount_minor=100)
        done = await interactions.record_interaction(ctx, new)
    return {"id": f"cus_{row.id.hex}", "interaction": f"int_{done.id.hex}"}


@together
async def test_each_scope_sees_its_customers_and_no_others(staffed: Any) -> None:
    for post, names in SEEN.items():
        found = (await staffed.ask(post, NAMES))["customers"]

        assert sorted(one["displayName"] for one in found["nodes"]) == names, post
        assert found["totalCount"] == len(names)


@together
async def test_who_sees_the_whole_merchant_sees_customers_of_no_post_too(staffed: Any) -> None:
    found = (await staffed.ask("boss", NAMES))["customers"]

    assert {one["displayName"] for one in found["nodes"]} >= {"c-lin", "c-ma", "c-nobody", "c-wu", "c-zhou"}


@together
async def test_no_path_leads_to_a_customer_of_another_post(staffed: Any) -> None:
    theirs = await ids_of(staffed, "c-ma")

    found = await staffed.ask("wu", EVERY_PATH, **theirs)

    assert (found["node"], found["nodes"], found["customer"]) == (None, [None, None], None)
    assert [found[name]["totalCount"] for name in ("customers", "named", "tagged", "interactions")] == [0, 0, 0, 0]
    assert found["interactionStats"] == {"totalCount": 0, "nodes": []}
    assert found["all"]["nodes"] == []


@together
async def test_every_path_leads_to_a_customer_of_ones_own(staffed: Any) -> None:
    mine = await ids_of(staffed, "c-lin")

    found = await staffed.ask("lin", EVERY_PATH, **mine)

    assert found["nodes"] == [{"id": mine["id"]}, {"id": mine["interaction"]}]
    assert [found[name]["totalCount"] for name in ("customers", "named", "tagged", "interactions")] == [1, 0, 1, 1]
    assert found["all"]["nodes"] == [{"count": 1}]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("updateCustomer", '{id: $id, expectedVersion: 1, displayName: "stolen"}'),
        ("archiveCustomer", "{id: $id, expectedVersion: 1}"),
        ("assignCustomers", "{customers: [$id], post: $post}"),
        ("recordInteraction", '{customer: $id, kind: CALL, occurredAt: "2026-01-01T00:00:00Z", channel: PHONE}'),
        ("enrol", "{customerId: $id}"),
    ],
)
@together
async def test_a_mutation_takes_an_id_of_another_post_for_one_that_never_was(
    staffed: Any, name: str, values: str
) -> None:
    theirs, post = (await ids_of(staffed, "c-ma"))["id"], f"pst_{staffed.posts['lin'].id.hex}"
    document = f"mutation ($id: ID!, $post: ID) {{ {name}(input: {values}) {{ errors {{ code path message }} }} }}"
    document = document if "$post" in values else document.replace(", $post: ID", "")
    more = {"post": post} if "$post" in values else {}

    foreign = (await staffed.ask("lin", document, id=theirs, **more))[name]
    missing = (await staffed.ask("lin", document, id=f"cus_{'7' * 32}", **more))[name]

    assert [one["code"] for one in foreign["errors"]] == ["NOT_FOUND"]
    assert foreign == missing


@together
async def test_what_a_post_creates_is_its_own(staffed: Any) -> None:
    made = 'mutation { createCustomer(input: {displayName: "new"}) { customer { displayName } errors { code } } }'

    assert (await staffed.ask("new", made))["createCustomer"] == {"customer": {"displayName": "new"}, "errors": []}
    assert (await staffed.ask("new", NAMES))["customers"]["totalCount"] == 1


@together
async def test_services_find_and_change_nothing_of_another_post(staffed: Any) -> None:
    with staffed.acting() as ctx:
        row = await Customer.get(display_name="c-ma")
        identity = Identity("erp", "77")
        await customers.update_customer(ctx, row.id, customers.CustomerChanges(add_identities=[identity]))
        lin = await staffed.ctx_of("lin")

        assert await customers.find_customer(lin, identity=identity) is None
        assert await customers.customers_of(lin, [row.id]) == [None]
        assert await interactions.interactions_of(lin, [row.id]) == [[]]
        assert [one.status for one in await customers.upsert_customers(lin, [customers.UpsertItem(identity)])] == [
            "error"
        ]
        with pytest.raises(NotFoundError):
            await customers.archive_customer(lin, row.id)


@together
async def test_rows_are_hidden_by_sql_that_any_part_can_write(staffed: Any) -> None:
    with staffed.acting():
        lin, params = await staffed.ctx_of("lin"), []

        def bind(value: Any) -> str:
            params.append(value)
            return f"?{len(params)}"

        mine = f'SELECT count(*) AS n FROM "customer" c WHERE c.merchant_id = {bind(lin.merchant.id)}'
        sql = mine + scope.suffix(lin, bind, Customer, "c")

        assert (await staffed.opened.db.fetch(sql, params))[0]["n"] == 1
        assert scope.suffix(await staffed.ctx_of("boss"), bind, Interaction, "t") == ""


@together
async def test_every_table_that_hangs_on_a_customer_says_who_sees_its_rows(staffed: Any) -> None:
    models = [model for app in staffed.opened.db.known_apps.values() for model in app.values()]
    hanging = [model for model in models if issubclass(model, MerchantModel) and leads_to_customers(model, set())]

    unscoped = [one.__name__ for one in hanging if not ways_of(one) and one.scoped_by != EVERYBODY]

    assert len(hanging) >= 6
    assert unscoped == []


@together
async def test_every_key_to_a_post_says_whether_it_goes_along_with_a_handover(staffed: Any) -> None:
    models = [model for app in staffed.opened.db.known_apps.values() for model in app.values()]
    silent = [
        one.__name__
        for one in models
        if not one.__module__.startswith("guanxi.staff")
        and any(one._meta.fields_map[key].related_model is Post for key in one._meta.fk_fields | one._meta.o2o_fields)
        and "handed_over" not in vars(one)
    ]

    assert silent == []


def leads_to_customers(model: Any, seen: set[Any]) -> bool:
    if model is Customer:
        return True
    keys = model._meta.fk_fields | model._meta.o2o_fields
    targets = {model._meta.fields_map[key].related_model for key in keys} - seen
    return any(leads_to_customers(one, seen | {model}) for one in targets)
