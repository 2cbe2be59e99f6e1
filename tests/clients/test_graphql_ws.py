"""The official client of the graphql-transport-ws protocol."""

import json
from collections.abc import Callable
from pathlib import Path

SCRIPT = Path(__file__).with_name("subscribe.js")


def test_the_official_client_subscribes_queries_and_mutates(node: Callable, toy) -> None:
    done = node(SCRIPT, toy.socket_url, "gx_a")

    received = [json.loads(line) for line in done.stdout.splitlines()]
    assert received[:4] == [
        {"data": {"count": 1}},
        {"data": {"count": 2}},
        {"data": {"count": 3}},
        {"data": {"hello": "你好!"}},
    ]
    assert received[4]["data"]["add"] > 0
    assert received[5]["refused"] == ["Cannot query field 'unknown' on type 'Subscription'."]
    assert (len(received), done.stderr) == (6, "")


def test_the_official_client_is_told_of_a_wrong_token(node: Callable, toy) -> None:
    done = node(SCRIPT, toy.socket_url, "gx_unknown")

    assert set(done.stdout.splitlines()) == {'{"refused":4403}'}
