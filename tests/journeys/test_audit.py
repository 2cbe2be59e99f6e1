"""The audits of the GraphQL-over-HTTP specification, by the reference implementation, against the product."""

from collections.abc import Callable
from pathlib import Path

from journey_servers import House, Shop

AUDIT = Path(__file__).parents[1] / "security" / "audit.js"


def test_all_61_audits_of_graphql_over_http_are_ok(node: Callable, house: House, tea: Shop) -> None:
    done = node(AUDIT, f"{house.servers[0].url}/graphql", tea.token)

    assert (done.stderr, done.stdout) == ("", "61 of 61 ok\n")
