"""Permissions are declared once, beside what they protect, and granted by name."""

from typing import ClassVar

from guanxi.errors import Text


class Permission(str):
    """``plugin.resource.verb``, with what it allows in words a merchant understands."""

    label: Text
    known: ClassVar[dict[str, "Permission"]] = {}

    def __new__(cls, name: str, en: str, zh: str) -> "Permission":
        """Declare a permission. Declaring one name twice with other words is a programming error."""
        if name.count(".") != 2:
            raise ValueError(f"permission {name!r}: write plugin.resource.verb")
        made = super().__new__(cls, name)
        made.label = Text(en, zh)
        known = cls.known.setdefault(name, made)
        if known.label != made.label:
            raise ValueError(f"permission {name!r} is already declared as {known.label.en!r}")
        return made

    @property
    def plugin(self) -> str:
        """The part that declares it: a plugin's id, or a domain of the core."""
        return self.split(".", 1)[0]


# What a shopper holds, and nobody else: no permission, so that no role and no scope can ever name it.
SHOPPER = "core.shopper"

# What every signed-in actor of a merchant may do: for fields that reveal nothing of the merchant's data.
SIGNED_IN = Permission("core.session.use", "Use the API at all", "使用接口")
