"""GraphQL of webhooks: what is shown once, what is refused, and who may do what."""

from dataclasses import replace
from typing import Any

import pytest

from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.webhooks.models import WebhookDelivery

CREATE = """
mutation ($values: CreateWebhookInput!) { createWebhook(input: $values) {
  webhook { id url topics isEnabled version } secret errors { code message path } } }
"""
GOOD = {"url": "https://shop.example.com/hook", "topics": ["customer_created", "interaction_recorded"]}


async def ask(office: Any, document: str, *permissions: str, **variables: Any) -> Answer:
    with office.acting():
        ctx = replace(await office.ctx(*permissions), loaders={})
        return await operations.run(GraphQLRequest(document, variables=variables), ctx)


async def test_a_secret_is_shown_when_it_is_made_and_stands_in_no_table(office: Any) -> None:
    made = (await ask(office, CREATE, values=GOOD)).data["createWebhook"]

    hook = await office.hook()
    assert made["secret"].startswith("whsec_")
    assert made["errors"] == []
    assert made["secret"][6:] not in repr(
        {name: getattr(hook, name) for name in hook._meta.fields_map if name != "deliveries"}
    )


async def test_a_life_of_a_webhook(office: Any) -> None:
    made = (await ask(office, CREATE, values=GOOD)).data["createWebhook"]
    which = {"id": made["webhook"]["id"]}

    changed = await ask(
        office,
        """mutation ($values: UpdateWebhookInput!) { updateWebhook(input: $values) {
        webhook { topics isEnabled version } errors { code } } }""",
        values={**which, "expectedVersion": 1, "topics": ["customer_created"], "isEnabled": False},
    )
    stale = await ask(
        office,
        "mutation ($values: UpdateWebhookInput!) { updateWebhook(input: $values) { errors { code } } }",
        values={**which, "expectedVersion": 1, "isEnabled": True},
    )
    rotated = await ask(
        office,
        "mutation ($values: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $values) { secret } }",
        values=which,
    )
    listed = await ask(office, "{ webhooks(first: 5) { nodes { id version deliveries(first: 1) { totalCount } } } }")
    gone = await ask(
        office, "mutation ($values: DeleteWebhookInput!) { deleteWebhook(input: $values) { deletedId } }", values=which
    )

    assert changed.data["updateWebhook"]["webhook"] == {
        "topics": ["customer_created"],
        "isEnabled": False,
        "version": 2,
    }
    assert stale.data["updateWebhook"]["errors"] == [{"code": "CONFLICT"}]
    assert rotated.data["rotateWebhookSecret"]["secret"] != made["secret"]
    assert listed.data["webhooks"]["nodes"] == [{**which, "version": 3, "deliveries": {"totalCount": 0}}]
    assert (gone.data["deleteWebhook"]["deletedId"], await office.hook()) == (which["id"], None)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"url": "https://169.254.169.254/"}, ["url"]),
        ({"topics": []}, ["topics", "0"]),
        ({"topics": ["customer_created", "no_such"]}, ["topics", "1"]),
        ({"topics": ["job_progressed"]}, ["topics", "0"]),
        ({"document": "{ customers { nope } }"}, ["document"]),
        ({"document": "mutation { rescanPlugins { errors { code } } }"}, ["document"]),
        ({"document": "{ jobs { totalCount } } { webhooks { totalCount } }"}, ["document"]),
        ({"document": "query ($password: String) { node(id: $password) { id } }"}, ["document"]),
        ({"document": "query ($interactionId: ID!) { node(id: $interactionId) { id } }"}, ["document"]),
        ({"document": "{"}, ["document"]),
        ({"permissions": ["staff.role.write"]}, ["permissions"]),
    ],
)
async def test_what_cannot_work_is_refused_with_its_place(office: Any, wrong: dict[str, Any], path: list[str]) -> None:
    mine = ("core.session.use", "webhooks.webhook.manage", "customers.customer.read", "jobs.job.read")

    refused = (await ask(office, CREATE, *mine, values={**GOOD, **wrong})).data["createWebhook"]

    assert [[str(one) for one in error["path"]][-len(path) :] for error in refused["errors"]] == [path], refused
    assert await office.hook() is None


async def test_whoever_reads_less_than_a_webhook_cannot_change_where_it_goes(office: Any) -> None:
    made = (await ask(office, CREATE, values=GOOD)).data["createWebhook"]
    values = {"id": made["webhook"]["id"], "expectedVersion": 1, "url": "https://thief.example.com/"}

    refused = await ask(
        office,
        "mutation ($values: UpdateWebhookInput!) { updateWebhook(input: $values) { errors { code } } }",
        *("core.session.use", "webhooks.webhook.manage", "webhooks.webhook.read"),
        values=values,
    )

    assert refused.data["updateWebhook"]["errors"] == [{"code": "FORBIDDEN"}]
    assert (await office.hook()).url == GOOD["url"]


async def test_a_dead_letter_is_replayed_and_seen(office: Any, receiver: Any) -> None:
    receiver.answers = [410]
    await office.add_hook(receiver.url)
    await office.publish(office.created())
    await office.runner.run_due()
    seen = "{ webhooks(first: 1) { nodes { deliveries(first: 5) { nodes { id state statusCode error attempts } } } } }"
    (dead,) = (await ask(office, seen)).data["webhooks"]["nodes"][0]["deliveries"]["nodes"]

    again = await ask(
        office,
        """mutation ($values: ReplayDeliveryInput!) { replayDelivery(input: $values) {
        delivery { state attempts } errors { code } } }""",
        values={"id": dead["id"]},
    )

    assert dead == {"id": dead["id"], "state": "DEAD", "statusCode": 410, "error": "it answered 410", "attempts": 1}
    assert again.data["replayDelivery"] == {"delivery": {"state": "PENDING", "attempts": 0}, "errors": []}
    with office.acting():
        assert await WebhookDelivery.filter(state="pending").count() == 1
