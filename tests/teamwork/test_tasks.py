"""Tasks and notes: whom they reach, who sees them, and what a handover takes along."""

import asyncio
from typing import Any

import pytest
from team_shop import Shop

from guanxi.context import Principal
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.staff.service import belongings
from guanxi.teamwork import service
from guanxi.teamwork.models import Note, Notification, Task

CREATE = """mutation ($values: CreateTaskInput!) {
  createTask(input: $values) { errors { code path } task { id title state customer { displayName } subject { id } } }
}"""
NOTE = "mutation ($values: AddNoteInput!) { addNote(input: $values) { errors { code path } note { body } } }"


def new(shop: Shop, name: str, title: str = "Call back", **more: Any) -> service.NewTask:
    return service.NewTask(title=title, assignee_post_id=shop.members[name].post.id, **more)


async def test_a_task_reaches_the_holder_of_its_post_and_is_completed_once(shop: Shop) -> None:
    await shop.hire("li")
    wang = await shop.hire("wang")
    task = await service.create_task(shop.members["li"].ctx, new(shop, "wang"))

    (told,) = await service.list_notifications(wang.ctx)
    done = await asyncio.gather(*(service.complete_task(wang.ctx, task.id) for _ in range(4)))

    assert (told.kind, told.task_id) == ("task_assigned", task.id)
    assert {one.completed_by_id for one in done} == {wang.person.id}
    assert (await Task.get(id=task.id)).version == 2


async def test_nobody_is_told_of_what_he_does_himself_and_of_a_vacant_post_nobody(shop: Shop) -> None:
    li = await shop.hire("li")

    await service.create_task(li.ctx, new(shop, "li"))

    assert await Notification.all().count() == 0


async def test_a_task_that_cannot_be_is_refused(shop: Shop) -> None:
    li = await shop.hire("li")
    reader = await shop.hire("reader", "read-only")
    task = await service.create_task(li.ctx, new(shop, "li"))

    with pytest.raises(ForbiddenError):
        await service.create_task(reader.ctx, new(shop, "li"))
    with pytest.raises(BadUserInputError):
        await service.create_task(li.ctx, service.NewTask(title=" ", assignee_post_id=li.post.id))
    with pytest.raises(NotFoundError):
        await service.create_task(li.ctx, service.NewTask(title="x", assignee_post_id=li.person.id))
    with pytest.raises(NotFoundError):
        await service.create_task(li.ctx, new(shop, "li", customer_id=li.person.id))
    with pytest.raises(ConflictError):
        await service.complete_task(li.ctx, task.id, expected_version=7)


async def test_each_post_sees_its_own_tasks_alone(shop: Shop) -> None:
    li, wang = await shop.hire("li"), await shop.hire("wang")
    boss = await shop.hire("boss", "manager", reach="unit")
    await service.create_task(shop.ctx, new(shop, "li"))

    async def titles(principal: Principal) -> list[str]:
        answer = await shop.ask(principal, "{ tasks { nodes { title } } }")
        assert answer.data is not None
        return [one["title"] for one in answer.data["tasks"]["nodes"]]

    assert await titles(li.ctx.principal) == ["Call back"]
    assert await titles(wang.ctx.principal) == []
    assert await titles(boss.ctx.principal) == ["Call back"]


async def test_a_task_over_the_api_is_about_what_the_actor_sees(shop: Shop) -> None:
    li, wang = await shop.hire("li"), await shop.hire("wang")
    mine, theirs = await shop.customer("Zhou", li), await shop.customer("Wu", wang)
    post = f"pst_{li.post.id.hex}"

    def values(customer: object, **more: object) -> dict[str, object]:
        return {"title": "Call", "assigneePost": post, **more} | ({"customer": customer} if customer else {})

    good = await shop.ask(li.ctx.principal, CREATE, values=values(f"cus_{mine.id.hex}", subject=f"cus_{mine.id.hex}"))
    foreign = await shop.ask(li.ctx.principal, CREATE, values=values(f"cus_{theirs.id.hex}"))
    unseen = await shop.ask(li.ctx.principal, CREATE, values=values(None, subject=f"cus_{theirs.id.hex}"))

    assert good.data is not None, good.errors
    assert good.data["createTask"]["task"]["customer"] == {"displayName": "Zhou"}
    assert good.data["createTask"]["task"]["subject"] == {"id": f"cus_{mine.id.hex}"}
    for refused in (foreign, unseen):
        assert refused.data is not None
        assert [one["code"] for one in refused.data["createTask"]["errors"]] == ["NOT_FOUND"]
    assert await Task.all().count() == 1


async def test_open_and_done_tasks_go_along_with_a_handover(shop: Shop) -> None:
    li, wang = await shop.hire("li"), await shop.hire("wang")
    await service.create_task(shop.ctx, new(shop, "li"))
    await service.create_task(shop.ctx, new(shop, "li"))

    async with shop.ctx.transaction():
        moved = await belongings.move(shop.ctx, li.post.id, wang.post.id)

    assert moved["task"] == 2
    assert await Task.filter(assignee_post_id=wang.post.id).count() == 2


async def test_a_note_is_seen_with_its_customer_and_reaches_whom_it_names(shop: Shop) -> None:
    li, wang = await shop.hire("li"), await shop.hire("wang")
    customer = f"cus_{(await shop.customer('Zhou', li)).id.hex}"
    values = {"subject": customer, "body": " allergic to nuts ", "mentions": [f"stf_{wang.person.id.hex}"]}

    written = await shop.ask(li.ctx.principal, NOTE, values=values)
    refused = await shop.ask(wang.ctx.principal, NOTE, values=values)

    read = f'{{ notes(subject: "{customer}") {{ body }} }}'
    told = "{ notifications { kind readAt note { body } task { title } } }"
    assert written.data == {"addNote": {"errors": [], "note": {"body": "allergic to nuts"}}}
    assert refused.data is not None
    assert refused.data["addNote"]["errors"][0]["code"] == "NOT_FOUND"
    assert (await shop.ask(li.ctx.principal, read)).data == {"notes": [{"body": "allergic to nuts"}]}
    assert (await shop.ask(wang.ctx.principal, read)).data == {"notes": []}
    # He is told that he is named; what it says is for those who see the customer.
    expected = {"kind": "MENTIONED", "readAt": None, "note": None, "task": None}
    assert (await shop.ask(wang.ctx.principal, told)).data == {"notifications": [expected]}


async def test_a_note_that_names_a_stranger_is_not_written(shop: Shop) -> None:
    li = await shop.hire("li")
    customer = await shop.customer("Zhou", li)

    with pytest.raises(NotFoundError):
        await service.add_note(
            li.ctx, subject_ref="cus_x", customer_id=customer.id, body="x", mentions=[li.person.id, customer.id]
        )

    assert await Note.all().count() == 0


async def test_notifications_are_ones_own_and_read_once(shop: Shop) -> None:
    li, wang = await shop.hire("li"), await shop.hire("wang")
    for _ in range(3):
        await service.create_task(shop.ctx, new(shop, "wang"))
    first = (await service.list_notifications(wang.ctx))[0]

    assert await service.mark_read(li.ctx, [first.id]) == 0
    assert await service.mark_read(wang.ctx, [first.id]) == 1
    assert len(await service.list_notifications(wang.ctx, is_unread=True)) == 2
    assert await service.mark_read(wang.ctx) == 2
    assert await service.mark_read(wang.ctx) == 0
    assert await service.list_notifications(li.ctx) == []
    with pytest.raises(ConflictError):
        await service.list_notifications(shop.ctx)


async def test_a_subscription_tells_each_person_of_his_own(shop: Shop) -> None:
    await shop.hire("li")
    wang = await shop.hire("wang")
    stream = await shop.follow(wang.ctx.principal, "subscription { notificationReceived { kind task { title } } }")
    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0.2)  # the protocol does not say when it stands

    await service.create_task(shop.ctx, new(shop, "li", title="Not his"))
    await service.create_task(shop.ctx, new(shop, "wang", title="His"))

    answer = await asyncio.wait_for(waiting, 20)
    assert answer.data == {"notificationReceived": {"kind": "TASK_ASSIGNED", "task": {"title": "His"}}}
    await stream.aclose()
