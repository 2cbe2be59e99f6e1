"""What is wrong with a declaration: part, place, reason, cure. Found at composition, never at a request."""

from guanxi.errors import GuanxiError, Text


class CompositionError(GuanxiError):
    """A part that cannot become a schema."""

    code = "PLUGIN_ERROR"

    def __init__(self, part: str, place: str, reason: str, cure: str) -> None:
        super().__init__(Text(f"[{part}] {place}: {reason}.", f"[{part}] {place}：{reason}。"), hint=Text(cure, cure))
        self.part, self.place, self.reason, self.cure = part, place, reason, cure

    def __str__(self) -> str:
        """Reason and cure in one line."""
        return f"[{self.part}] {self.place}: {self.reason}. {self.cure}"
