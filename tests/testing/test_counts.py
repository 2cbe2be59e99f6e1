"""A whole run says how many tests each database got, and is not green with a skip or a difference."""

import pytest

from guanxi.testing import counts

BOTH = """
    import pytest

    @pytest.mark.parametrize("size", [1, 2])
    @pytest.mark.parametrize("db", ["sqlite", "postgres"])
    def test_same(db, size):
        pass
"""


@pytest.fixture(autouse=True)
def _settings_of_inner_runs(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")


def test_a_tenth_is_tried_unless_soaking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANXI_SOAK", raising=False)

    assert [counts.scaled(full) for full in (200, 20, 2)] == [20, 3, 2]
    assert counts.scaled(5_000, minimum=500) == 500


def test_the_full_count_is_tried_under_soak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_SOAK", "1")

    assert counts.scaled(200) == 200


@pytest.mark.parametrize(
    ("test", "database"),
    [("a.py::test_b[sqlite-3]", "sqlite"), ("a.py::test_b[3-postgres]", "postgres"), ("sqlite.py::test_b[3]", None)],
    ids=["first", "last", "none"],
)
def test_a_test_is_counted_for_the_database_among_its_parameters(test: str, database: str | None) -> None:
    assert counts.database_of(test) == database


def test_a_whole_run_prints_the_tests_per_database(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BOTH)

    ran = pytester.runpytest("--complete")

    assert ran.ret == pytest.ExitCode.OK
    ran.stdout.fnmatch_lines(["tests per database: sqlite 2, postgres 2"])


def test_a_whole_run_fails_where_one_database_misses_a_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BOTH)

    ran = pytester.runpytest("--complete", "-k", "not 2-sqlite and not sqlite-2")

    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(["ran on one database only: *test_same*postgres*"])


def test_a_whole_run_fails_on_a_skip(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\ndef test_a(): pytest.skip('no tool')")

    ran = pytester.runpytest("--complete")

    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(["skipped: *::test_a (Skipped: no tool)"])


def test_a_whole_run_fails_on_a_module_that_skips_itself(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\npytest.importorskip('no_such_module')", test_other="def test_b(): pass")

    ran = pytester.runpytest("--complete")

    assert ran.ret == pytest.ExitCode.TESTS_FAILED


def test_a_partial_run_may_skip(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\ndef test_a(): pytest.skip('no tool')")

    assert pytester.runpytest().ret == pytest.ExitCode.OK


def test_a_soak_test_waits_for_the_soak(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANXI_SOAK", raising=False)
    pytester.makepyfile("import pytest\n@pytest.mark.soak\ndef test_a(): pass\ndef test_b(): pass")

    pytester.runpytest("--strict-markers").assert_outcomes(passed=1, deselected=1)

    monkeypatch.setenv("GUANXI_SOAK", "1")
    pytester.runpytest("--strict-markers").assert_outcomes(passed=2)


def test_a_soak_writes_what_each_test_tried(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_SOAK", "1")
    pytester.makepyfile(test_kills="from guanxi.testing import counts\ndef test_kill(): counts.scaled(1_200)")
    report = pytester.path / "soak.md"

    pytester.runpytest("--soak-report", str(report))

    assert "| `test_kills.py::test_kill` | 1,200 |" in report.read_text(encoding="utf-8")


def test_a_test_that_names_its_one_database_is_about_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def database_settings(request):
            return request.param

        @pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
        def test_one(database_settings):
            pass
        """
    )

    ran = pytester.runpytest("--complete")

    assert ran.ret == pytest.ExitCode.OK
    ran.stdout.fnmatch_lines(["tests per database: sqlite 0, postgres 0"])


def test_a_run_of_several_workers_is_counted_as_one(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_SOAK", "1")
    pytester.makepyfile(BOTH, test_module="import pytest\npytest.importorskip('no_such_module')")
    pytester.makepyfile(test_kills="from guanxi.testing import counts\ndef test_kill(): counts.scaled(1_200)")
    report = pytester.path / "soak.md"

    ran = pytester.runpytest_subprocess("-n2", "--complete", "--soak-report", str(report))

    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(["tests per database: sqlite 2, postgres 2", "skipped: test_module.py*"])
    assert "| `test_kills.py::test_kill` | 1,200 |" in report.read_text(encoding="utf-8")
