"""A handover moves everything at once: whoever had the post gets nothing after its commit, whatever is running."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from guanxi.context import utc_now
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.db.merchant import acting_for
from guanxi.errors import ConflictError, GuanxiError
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http.ports import Call
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.staff import errors as staff_errors
from guanxi.staff import service as staff
from guanxi.staff.models import ApiToken, Post, PostHolding
from guanxi.testing import counts

together = pytest.mark.asyncio(loop_scope="module")
COUNT = "{ customers { totalCount } }"
HAND_OVER = """mutation ($post: ID!, $to: ID!, $version: Int!) {
  handOverPost(input: {post: $post, toPost: $to, expectedVersion: $version}) {
    post { title version } moved { table count } errors { code }
  }
}"""


async def version(firm: Any, title: str) -> int:
    with firm.acting():
        return (await Post.get(id=firm.posts[title].id)).version


async def hand_over(firm: Any, source: str, **heir: Any) -> staff.Handover:
    with firm.acting() as ctx:
        expected = (await Post.get(id=firm.posts[source].id)).version
        return await staff.hand_over(ctx, post_id=firm.posts[source].id, expected_version=expected, **heir)


@together
async def test_a_post_with_five_thousand_customers_goes_to_another_at_once(firm: Any) -> None:
    for title in ("lin", "wu", "boss"):
        await firm.open_post(title, "east", "merchant" if title == "boss" else "own")
    size = counts.scaled(5_000)
    await firm.crowd_of("lin", size)
    ids = {name: f"pst_{firm.posts[name].id.hex}" for name in ("lin", "wu")}
    variables = {"post": ids["lin"], "to": ids["wu"], "version": await version(firm, "lin")}

    first = (await firm.ask("boss", HAND_OVER, **variables))["handOverPost"]
    again = (await firm.ask("boss", HAND_OVER, **variables))["handOverPost"]

    assert (first["moved"], first["errors"]) == ([{"table": "customer", "count": size}], [])
    assert (again["moved"], again["errors"]) == ([], []), "what is done is not done again"
    assert (await firm.ask("lin", COUNT), await firm.ask("wu", COUNT)) == (
        {"customers": {"totalCount": 0}},
        {"customers": {"totalCount": size}},
    )


@together
async def test_a_decision_about_an_older_post_is_refused_and_moves_nothing(firm: Any) -> None:
    for title in ("lin", "wu"):
        await firm.open_post(title, "east")
    await firm.customers_of("lin", "a")

    lin, wu = firm.posts["lin"].id, firm.posts["wu"].id
    with firm.acting() as ctx, pytest.raises(ConflictError) as refused:
        await staff.hand_over(ctx, post_id=lin, to_post_id=wu, expected_version=99)

    assert refused.value.details == {"currentVersion": await version(firm, "lin")}
    assert (await firm.ask("lin", COUNT))["customers"]["totalCount"] == 1


@together
async def test_a_new_holder_takes_over_and_every_token_of_the_old_one_ends(firm: Any) -> None:
    await firm.open_post("lin", "east")
    old, new = await firm.person("Old", "lin"), await firm.person("New")
    await firm.customers_of("lin", "a")

    await hand_over(firm, "lin", to_person_id=new.id)

    with firm.acting():
        held = await PostHolding.filter(post_id=firm.posts["lin"].id).order_by("since", "id")
        assert [(one.person_id, one.until is None) for one in held] == [(old.id, False), (new.id, True)]
        assert await Customer.filter(owner_post_id=firm.posts["lin"].id).count() == 1
        assert await ApiToken.filter(post_id=firm.posts["lin"].id, revoked_at__isnull=True).count() == 0
    with pytest.raises(GuanxiError):
        await firm.principal("lin")


@together
async def test_a_request_that_was_let_in_before_the_handover_sees_nothing_after_it(firm: Any) -> None:
    for title in ("lin", "wu"):
        await firm.open_post(title, "east")
    (row,) = await firm.customers_of("lin", "a")
    before = await firm.principal("lin")
    new = await firm.person("New")

    await hand_over(firm, "lin", to_person_id=new.id)

    kept = await firm.answer(before, f'{{ node(id: "cus_{row.hex}") {{ id }} customers {{ totalCount }} }}')
    assert kept.data == {"node": None, "customers": {"totalCount": 0}}
    values = f'{{id: "cus_{row.hex}", expectedVersion: 2, displayName: "x"}}'
    changed = f"mutation {{ updateCustomer(input: {values}) {{ errors {{ code }} }} }}"
    assert (await firm.answer(before, changed)).data == {"updateCustomer": {"errors": [{"code": "NOT_FOUND"}]}}


@together
async def test_an_open_subscription_tells_nothing_from_the_handover_on(firm: Any) -> None:
    for title in ("lin", "wu"):
        await firm.open_post(title, "east")
    (row,) = await firm.customers_of("lin", "a")
    told: dict[str, list[Any]] = {"lin": [], "wu": []}
    listeners = [asyncio.create_task(listen(firm, title, told[title])) for title in told]
    await asyncio.sleep(0.2)

    await record(firm, row, "first")
    await told_of(told["lin"], 1)
    await hand_over(firm, "lin", to_post_id=firm.posts["wu"].id)
    await record(firm, row, "second")
    await told_of(told["wu"], 1)

    for one in listeners:
        one.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    assert (told["lin"], told["wu"]) == (["first"], ["second"])


@together
async def test_whoever_works_on_while_a_post_is_handed_over_writes_before_it_or_not_at_all(
    firm: Any,
) -> None:
    for number in range(counts.scaled(20)):
        await race(firm, 0.01 * (number % 8))


async def race(firm: Any, pause: float) -> None:
    for title in ("lin", "wu"):
        await firm.open_post(title, "east")
    ids = await firm.customers_of("lin", *map(str, range(12)))
    working = asyncio.create_task(work(firm, await firm.ctx_of("lin"), ids))
    await asyncio.sleep(pause)

    done = await hand_over(firm, "lin", to_post_id=firm.posts["wu"].id)
    with firm.acting():
        at = await versions(ids)
        codes = await working
        after = await versions(ids)

    assert done.moved == {"customer": sum(one.owner_post_id == firm.posts["wu"].id for one in after.values())}
    assert {one: row.version for one, row in at.items()} == {one: row.version for one, row in after.items()}
    assert all(row.owner_post_id == firm.posts["wu"].id for row in after.values())
    assert codes <= {"", "NOT_FOUND"}


@together
async def test_many_handovers_and_assignments_at_once_leave_every_customer_with_one_of_the_posts(firm: Any) -> None:
    titles = ("lin", "wu", "zhou")
    for title in titles:
        await firm.open_post(title, "east")
    ids = [one for title in titles for one in await firm.customers_of(title, "a", "b", "c")]
    steps = counts.scaled(60)

    results = await asyncio.gather(*(shuffle(firm, titles, ids, step) for step in range(steps)))

    with firm.acting():
        owners = {row.owner_post_id for row in await Customer.filter(id__in=ids)}
    assert owners <= {firm.posts[one].id for one in titles}
    assert {type(one) for one in results} <= {type(None), ConflictError}


@together
async def test_a_post_with_customers_cannot_be_closed_under_them(firm: Any) -> None:
    for title in ("lin", "wu"):
        await firm.open_post(title, "east")
    await firm.customers_of("lin", "a")

    with firm.acting() as ctx:
        lin = await Post.get(id=firm.posts["lin"].id)
        close = staff.PostChanges(is_archived=True)
        with pytest.raises(staff_errors.PostNotEmptyError):
            await staff.update_post(ctx, lin.id, close, expected_version=lin.version)
        await staff.hand_over(ctx, post_id=lin.id, to_post_id=firm.posts["wu"].id, expected_version=lin.version)
        closed = await staff.update_post(ctx, lin.id, close, expected_version=lin.version + 1)

    assert closed.archived_at is not None
    with pytest.raises(GuanxiError):
        await firm.principal("lin")


async def listen(firm: Any, title: str, told: list[Any]) -> None:
    request = GraphQLRequest("subscription { interactionRecorded { subject } }")
    stream = await firm.gateway.subscribe(request, await firm.principal(title), Call("firm"))
    assert not isinstance(stream, Answer), stream.errors
    async with aclosing(stream) as answers:
        async for answer in answers:
            told.append(answer.data["interactionRecorded"]["subject"])


async def record(firm: Any, row: Any, subject: str) -> None:
    with firm.acting() as ctx:
        new = NewInteraction(row, "call", utc_now(), "phone", subject=subject)
        await interactions.record_interaction(ctx, new)


async def told_of(told: list[Any], number: int) -> None:
    async with asyncio.timeout(30):
        while len(told) < number:  # noqa: ASYNC110 - what is waited for is told to a list
            await asyncio.sleep(0.01)


async def work(firm: Any, lin: Any, ids: list[Any]) -> set[str]:
    """Rename one customer after the other; how each attempt ended."""
    codes = set()
    with firm.opened.db.bound(), acting_for(firm.merchant.id):
        for place, one in enumerate(ids):
            values: Any = {"display_name": f"renamed {place}"}
            try:
                await customers.update_customer(lin, one, customers.CustomerChanges(values))
                codes.add("")
            except GuanxiError as refused:
                codes.add(refused.code)
    return codes


async def versions(ids: list[Any]) -> dict[Any, Customer]:
    return {row.id: row for row in await Customer.filter(id__in=ids)}


async def shuffle(firm: Any, titles: tuple[str, ...], ids: list[Any], step: int) -> GuanxiError | None:
    source, target = titles[step % 3], titles[(step + 1) % 3]
    try:
        if step % 2:
            await hand_over(firm, source, to_post_id=firm.posts[target].id)
        else:
            with firm.acting() as ctx:
                await customers.set_owner(ctx, ids[step % 7 :], firm.posts[target].id)
    except ConflictError as refused:
        return refused
    return None
