"""Whether a condition holds of customers for whom a fact has no row."""

from typing import Any

from guanxi.audiences.rules.tree import FlagIs, Known, NumberIs, OverFact, TextIs


def holds_without_rows(leaf: OverFact, missing: Any, *, is_many: bool) -> bool:
    """``missing`` is what the fact tells of them; of many values they have none at all."""
    is_known = not is_many and missing is not None
    if isinstance(leaf, Known):
        return leaf.is_known == is_known
    if not is_known:
        return False
    match leaf:
        case NumberIs():
            return is_within(leaf, missing)
        case TextIs():
            return missing in leaf.one_of
        case FlagIs():
            return bool(missing) == leaf.is_true
    return False


def is_within(leaf: NumberIs, value: float) -> bool:
    """Whether a number is within all bounds that are given."""
    return (
        (leaf.gte is None or value >= leaf.gte)
        and (leaf.gt is None or value > leaf.gt)
        and (leaf.lte is None or value <= leaf.lte)
        and (leaf.lt is None or value < leaf.lt)
    )
