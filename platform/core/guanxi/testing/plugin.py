"""What pytest loads: the options, the markers and the fixtures of this package."""

import pytest

from guanxi.testing import counts
from guanxi.testing.clock import clock
from guanxi.testing.databases import app_set, database_settings, db, postgres, templates

__all__ = ["app_set", "clock", "database_settings", "db", "postgres", "templates"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of a whole run; a plugin author's own run needs none."""
    group = parser.getgroup("guanxi")
    group.addoption("--complete", action="store_true", help="fail on any skip and unless both databases ran the same")
    group.addoption("--soak-report", metavar="PATH", help="write the counts and durations of this run as Markdown")


def pytest_configure(config: pytest.Config) -> None:
    """Keep a ledger of the run."""
    config.addinivalue_line("markers", "soak: runs in `make soak` only")
    config.pluginmanager.register(counts.Ledger(config), "guanxi-ledger")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests that are marked ``soak`` to `make soak`, and say so."""
    waiting = [] if counts.is_soaking() else [item for item in items if item.get_closest_marker("soak")]
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in waiting]
