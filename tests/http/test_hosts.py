"""The installation answers to its own names only."""

import httpx
import pytest

from guanxi.http.hosts import is_allowed


@pytest.mark.parametrize(
    ("given", "allowed", "expected"),
    [
        (["shop.example"], ["shop.example"], True),
        (["SHOP.example:8000"], ["shop.example"], True),
        (["[::1]:8000"], ["[::1]"], True),
        (["[::1]"], ["[::1]"], True),
        (["a.shop.example"], ["*.shop.example"], True),
        (["anything"], ["*"], True),
        (["shop.example"], ["*.shop.example"], False),
        ([".shop.example"], ["*.shop.example"], False),
        (["evil.example"], ["shop.example"], False),
        (["shop.example.evil"], ["shop.example"], False),
        (["shop.example@evil"], ["shop.example"], False),
        (["shop.example", "evil.example"], ["shop.example"], False),
        ([""], ["shop.example"], False),
        ([], ["shop.example"], False),
    ],
)
def test_one_header_that_matches_is_needed(given: list[str], allowed: list[str], expected: bool) -> None:
    assert is_allowed(given, allowed) is expected


@pytest.mark.parametrize("path", ["/graphql", "/schema.graphql", "/graphiql/", "/nothing"])
async def test_another_host_reaches_nothing(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Host": "evil.example"})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (421, "UNKNOWN_HOST")


async def test_probes_may_come_by_any_address(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez", headers={"Host": "10.0.0.7:8000"})).status_code == 200
