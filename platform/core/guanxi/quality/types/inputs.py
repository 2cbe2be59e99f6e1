"""What is written of data quality."""

import strawberry

from guanxi.schema.ids import Id


@strawberry.input(description="Two customers who are the same person.")
class MergeCustomersInput:
    """Twice is once."""

    survivor: Id = strawberry.field(description="The customer to keep.")
    absorbed: Id = strawberry.field(description="The customer whose facts the other gets; it is archived.")
    expected_version: int = strawberry.field(description="The survivor's version that you read.")
    absorbed_version: int = strawberry.field(description="The absorbed customer's version that you read.")


@strawberry.input(description="A merge to take back.")
class UnmergeCustomersInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The merge, as `Customer.mergedInto` or `Customer.merges` tells it.")


@strawberry.input(description="A pair that is no duplicate.")
class DismissDuplicateInput:
    """It is not shown again."""

    id: Id = strawberry.field(description="The pair, as `duplicates` tells it.")
