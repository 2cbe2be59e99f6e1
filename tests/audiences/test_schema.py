"""Audiences and segments as a client sees them."""

from typing import Any
from uuid import UUID

import pytest
from audience_world import people

from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.service import NewCustomer

PREVIEW = """query ($a: Audience!) { previewAudience(audience: $a, first: 2) {
    count sample { customer { displayName } } } }"""
SAVE = """mutation ($i: SaveSegmentInput!) { saveSegment(input: $i) {
    segment { id name kind memberCount version members { nodes { customer { displayName segments { name } } } }
        audience { place kind fact texts gte from { day count unit } until { day } is segment { name } } }
    errors { code path } } }"""
REFRESH = """mutation ($i: RefreshSegmentInput!) { refreshSegment(input: $i) {
    entered left segment { memberCount } errors { code path } } }"""
ARCHIVE = "mutation ($i: ArchiveSegmentInput!) { archiveSegment(input: $i) { segment { archivedAt } errors { code } } }"
VIP = {"text": {"fact": "customers.tags", "in": ["VIP"]}}


@pytest.fixture
async def vip(ctx: Context) -> UUID:
    return (await customers.create_customer(ctx, NewCustomer({"display_name": "王伟"}, tags=["VIP"]))).id


async def test_a_preview_counts_and_names(ask: Any, ctx: Context, vip: UUID) -> None:
    await people(ctx, 3)
    rest = {"not": {"or": [VIP, {"number": {"fact": "interactions.net_minor", "gt": 0}}]}}

    one = (await ask(PREVIEW, a=VIP))["previewAudience"]

    assert one == {"count": 1, "sample": [{"customer": {"displayName": "王伟"}}]}
    assert (await ask(PREVIEW, a=rest))["previewAudience"]["count"] == 3


async def test_a_segment_is_saved_read_refreshed_and_archived(ask: Any, vip: UUID) -> None:
    audience = {
        "and": [
            VIP,
            {"date": {"fact": "customers.created_at", "from": {"ago": {"count": 30}}, "until": {"day": "2100-01-01"}}},
            {"not": {"known": {"fact": "membership.tier"}}},
        ]
    }
    made = (await ask(SAVE, i={"name": "贵宾", "audience": audience}))["saveSegment"]["segment"]

    terms = [(one["place"], one["kind"]) for one in made["audience"]]
    assert terms == [("", "AND"), ("and.0", "TEXT"), ("and.1", "DATE"), ("and.2", "NOT"), ("and.2.not", "KNOWN")]
    assert made["audience"][1]["texts"] == ["VIP"]
    assert made["audience"][2]["from"] == {"day": None, "count": -30, "unit": "DAY"}
    assert made["audience"][2]["until"] == {"day": "2100-01-01"}
    assert made["members"]["nodes"] == [{"customer": {"displayName": "王伟", "segments": [{"name": "贵宾"}]}}]

    again = (await ask(REFRESH, i={"id": made["id"]}))["refreshSegment"]
    assert again == {"entered": 0, "left": 0, "segment": {"memberCount": 1}, "errors": []}
    gone = (await ask(ARCHIVE, i={"id": made["id"], "expectedVersion": made["version"]}))["archiveSegment"]
    assert gone["segment"]["archivedAt"] is not None
    found = await ask('{ segment(by: {name: "贵宾"}) { name archivedAt } segments { nodes { name } totalCount } }')
    assert (found["segment"]["name"], found["segments"]["totalCount"]) == ("贵宾", 1)


async def test_refusals_name_the_place_in_the_tree(ask: Any) -> None:
    off = {"and": [VIP, {"not": {"text": {"fact": "insights.grade", "in": ["A"]}}}]}
    wrong = {"or": [{"number": {"fact": "customers.tags", "gte": 1}}]}

    for audience, code, path in (
        (off, "PLUGIN_DISABLED", ["audience", "and", "1", "not", "text", "fact"]),
        (wrong, "BAD_USER_INPUT", ["audience", "or", "0", "number", "fact"]),
        ({"segment": "cus_" + "0" * 32}, "BAD_USER_INPUT", ["audience", "segment"]),
    ):
        answer = (await ask(SAVE, i={"name": "x", "audience": audience}))["saveSegment"]
        assert answer == {"segment": None, "errors": [{"code": code, "path": path}]}


async def test_facts_tell_what_can_be_asked(ask: Any) -> None:
    found = {one["name"]: one for one in (await ask("{ facts { name type unit isMany description } }"))["facts"]}

    assert found["interactions.net_minor"]["type"] == "NUMBER"
    assert found["interactions.net_minor"]["unit"] == "minor"
    assert (found["customers.tags"]["type"], found["customers.tags"]["isMany"]) == ("TEXT", True)
    assert found["membership.tier"]["description"] == "Name of the tier that the customer holds"
