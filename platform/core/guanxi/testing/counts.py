"""How much a test run tries, what it tried, and whether both databases got the same."""

import os
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

DATABASES: Final = ("sqlite", "postgres")

_drawn: defaultdict[str, list[int]] = defaultdict(list)


def is_soaking() -> bool:
    """Whether the full counts are wanted: `make soak`, or GUANXI_SOAK=1."""
    return os.environ.get("GUANXI_SOAK") == "1"


def scaled(full: int, minimum: int = 3) -> int:
    """How often to try: ``full`` under soak, else a tenth of it, at least ``minimum`` and never more than ``full``."""
    size = full if is_soaking() else min(full, max(minimum, full // 10))
    running = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    if running:
        _drawn[running].append(size)
    return size


def database_of(test: str) -> str | None:
    """Which database a test id like ``tests/a.py::test_b[sqlite-3]`` names among its parameters."""
    return next((part for part in _parameters(test) if part in DATABASES), None)


class Ledger:
    """What happened in one run. Under ``--complete`` a skip or a test missing on one database is a failure."""

    def __init__(self, config: pytest.Config) -> None:
        # A worker of pytest-xdist has such a place for what it tells the run that it is a part of.
        self.told: dict[str, Any] | None = getattr(config, "workeroutput", None)
        self.is_complete: bool = config.getoption("--complete")
        self.report_path: str | None = config.getoption("--soak-report")
        self.ran: dict[str, float] = {}
        self.skipped: dict[str, str] = {}
        self.pinned: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """A test that names its one database itself is about that database: nothing is missing on the other."""
        for item in items:
            if any(mark.args[0] == "database_settings" for mark in item.iter_markers("parametrize")):
                self.pinned.add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that ran, or one that did not and why."""
        if report.skipped:
            self.skipped[report.nodeid] = _reason(report)
        elif report.when == "call":
            self.ran[report.nodeid] = report.duration

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that skips itself has skipped all its tests."""
        if report.skipped:
            self.skipped[report.nodeid] = _reason(report)

    def faults(self) -> list[str]:
        """Why this run proves less than it should; empty where it is whole."""
        if not self.is_complete:
            return []
        skipped = [f"skipped: {test} ({reason})" for test, reason in sorted(self.skipped.items())]
        return skipped + [f"ran on one database only: {test}" for test in _one_sided(self._shared())]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker knows beyond its reports."""
        told = getattr(node, "workeroutput", {})
        self.skipped.update(told.get("skipped", {}))
        self.pinned.update(told.get("pinned", ()))
        _drawn.update(told.get("drawn", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A run that is not whole is not green."""
        if self.told is not None:
            self.told.update(skipped=self.skipped, pinned=sorted(self.pinned), drawn=dict(_drawn))
            return
        if self.faults() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.report_path:
            Path(self.report_path).write_text(self.soak_report(), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line with the tests per database, then each fault."""
        if self.is_complete:
            terminalreporter.write_line(self.per_database())
        for fault in self.faults():
            terminalreporter.write_line(fault, red=True)

    def per_database(self) -> str:
        """How many tests ran on each database, without those about one of them."""
        counted = Counter(database_of(test) for test in self._shared())
        return "tests per database: " + ", ".join(f"{name} {counted[name]}" for name in DATABASES)

    def _shared(self) -> list[str]:
        return [test for test in self.ran if test not in self.pinned]

    def soak_report(self) -> str:
        """The run as a Markdown page: totals, then every test that draws its size from ``scaled``."""
        machine = (
            f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        )
        rows = [
            f"| `{test}` | {' + '.join(f'{size:,}' for size in _drawn[test])} | {seconds:.1f} |"
            for test, seconds in sorted(self.ran.items())
            if test in _drawn
        ]
        totals = f"{len(self.ran):,} tests in {sum(self.ran.values()):,.0f} s; {self.per_database()}. {machine}."
        table = ["| test | counts | seconds |", "|---|---|---|", *rows]
        return "\n".join(["# The last `make soak`", "", totals, "", *table, ""])


def _parameters(test: str) -> list[str]:
    found = re.search(r"\[(.*)\]$", test)
    return found[1].split("-") if found else []


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(getattr(report, "wasxfail", "xfail"))


def _one_sided(tests: Iterable[str]) -> list[str]:
    """The tests that ran on one database without their twin on the other."""
    seen = {test: (_twinless(test), database_of(test)) for test in tests}
    pairs = set(seen.values())
    return sorted(
        test
        for test, (name, database) in seen.items()
        if database and any((name, other) not in pairs for other in DATABASES)
    )


def _twinless(test: str) -> str:
    parts = ["" if part in DATABASES else part for part in _parameters(test)]
    return test.partition("[")[0] + "-".join(parts)
