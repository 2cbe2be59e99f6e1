"""The base of types that Python constructs."""

from typing import dataclass_transform

import strawberry


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
class Value:
    """Type checkers follow a base, not the decorator of a part: derive from it to get a typed constructor."""
