"""The pages' code blocks run as a reader would run them."""

import sys
from pathlib import Path

import pytest

from guanxi.testing import docs
from guanxi.testing.docs import BlockFailedError, Session

PAGE = """
# A page

```python
import asyncio

answer = 40
```

Prose, then the same namespace again:

```python
await asyncio.sleep(0)
answer += 2
assert answer == 42
```

<!-- file: shop/tea.txt -->
```text
龙井
```

```console
$ cat shop/tea.txt
龙井
$ printf 'a\\nb\\nc\\n'
a
...
$ echo one \\
    two
one two
```

```bash
test -f shop/tea.txt
```

<!-- not run: it needs a phone -->
```bash
exit 1
```

```json
{"not": "code"}
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    written = tmp_path / "page.md"
    written.write_text(PAGE, encoding="utf-8")
    return written


@pytest.fixture
def session(tmp_path: Path) -> Session:
    folder = tmp_path / "reader"
    folder.mkdir()
    return Session(folder)


def test_every_block_of_a_page_runs_in_order(page: Path, session: Session) -> None:
    assert session.work_through(page) == 5

    assert session.namespace["answer"] == 42


def test_a_failing_python_block_is_named_by_page_and_line(page: Path, session: Session) -> None:
    page.write_text("text\n\n```python\nassert 1 == 2\n```\n", encoding="utf-8")

    with pytest.raises(BlockFailedError, match=r"page\.md:3: AssertionError"):
        session.work_through(page)


@pytest.mark.parametrize(
    ("block", "complaint"),
    [("$ false", "exit code 1"), ("$ echo a\nb", "expected:\nb\ngot:\na"), ("$ false | cat", "exit code 1")],
)
def test_a_command_must_succeed_and_say_what_the_page_says(
    page: Path, session: Session, block: str, complaint: str
) -> None:
    page.write_text(f"```console\n{block}\n```\n", encoding="utf-8")

    with pytest.raises(BlockFailedError, match=complaint):
        session.work_through(page)


def test_a_page_speaks_of_the_default_address_and_a_session_of_its_own(page: Path, tmp_path: Path) -> None:
    page.write_text(
        "```console\n$ echo $TOKEN http://127.0.0.1:8000/x\ngx http://127.0.0.1:9/x\n```\n", encoding="utf-8"
    )
    session = Session(tmp_path, {"TOKEN": "gx"}, {"127.0.0.1:8000": "127.0.0.1:9"})

    assert session.work_through(page) == 1


def test_a_server_runs_as_long_as_it_is_needed(tmp_path: Path) -> None:
    program = "import time; print('token gx_1', flush=True); print('at http://localhost:1', flush=True); time.sleep(60)"
    ready = r"token (?P<token>\S+)[\s\S]*at (?P<url>\S+)\n"

    with docs.serving([sys.executable, "-c", program], tmp_path, {}, ready) as said:
        assert said == {"token": "gx_1", "url": "http://localhost:1"}


def test_a_server_that_ends_early_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(BlockFailedError, match="port taken"),
        docs.serving([sys.executable, "-c", "print('port taken')"], tmp_path, {}, "ready"),
    ):
        pass
