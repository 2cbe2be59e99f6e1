"""The audits of the GraphQL-over-HTTP specification, by the reference implementation."""

from collections.abc import Callable
from pathlib import Path

AUDIT = Path(__file__).parents[1] / "security" / "audit.js"


def test_all_61_audits_of_graphql_over_http_are_ok(node: Callable, toy) -> None:
    done = node(AUDIT, f"{toy.url}/graphql", "gx_a")

    assert (done.stderr, done.stdout) == ("", "61 of 61 ok\n")
