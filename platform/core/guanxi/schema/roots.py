"""The three root types. They are empty: every field on them comes from a part."""

import strawberry


@strawberry.type(description="Everything that can be read.")
class Query: ...


@strawberry.type(description="Everything that can be changed. Each field is one transaction.")
class Mutation: ...


@strawberry.type(description="What can be followed while it happens.")
class Subscription: ...


ROOTS: dict[type, str] = {Query: "Query", Mutation: "Mutation", Subscription: "Subscription"}
