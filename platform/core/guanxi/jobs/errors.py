"""What the queue refuses, with the cure."""

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text


class LeaseLostError(Exception):
    """The job belongs to another worker by now: what this one wrote is rolled back."""


class UnknownJobError(ValueError):
    """No loaded part declares such a kind: a mistake in code."""


def not_found() -> NotFoundError:
    """The merchant has no such job."""
    return NotFoundError(
        Text("There is no such job.", "任务不存在。"),
        hint=Text("Finished jobs are kept for a week.", "已完成的任务仅保留一周。"),
        path=("id",),
    )


def not_dead(state: str) -> ConflictError:
    """Only what was given up can be run again."""
    return ConflictError(
        Text(f"The job is {state}, not dead.", f"任务状态为 {state}，并非已放弃。"),
        hint=Text("Only jobs that were given up can be run again.", "只有已放弃的任务可以重新执行。"),
        path=("id",),
    )


def too_large(limit: int) -> BadUserInputError:
    """A payload says what a job is about; it does not carry it."""
    return BadUserInputError(
        Text(f"The payload has more than {limit} bytes.", f"任务内容超过 {limit} 字节。"),
        hint=Text("Store the rest and pass its id.", "请先存储内容，再传入其标识。"),
    )
