"""The wordings of refused audiences and segments."""

from uuid import UUID

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text

Path = tuple[str | int, ...]


def refused(path: Path, message: Text, hint: Text) -> BadUserInputError:
    """One place of an audience that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=path)


def too_deep(path: Path, most: int) -> BadUserInputError:
    """More levels than are read."""
    return refused(
        path,
        Text("The audience is nested too deep.", "人群条件嵌套过深。"),
        Text(f"Nest at most {most} levels.", f"最多嵌套 {most} 层。"),
    )


def too_many_conditions(path: Path, most: int) -> BadUserInputError:
    """More conditions than one statement should hold."""
    return refused(
        path,
        Text("The audience has too many conditions.", "人群条件过多。"),
        Text(f"Write at most {most}; name more values in one.", f"最多 {most} 个条件；可在一个条件中列出多个值。"),
    )


def too_long(path: Path, most: int) -> BadUserInputError:
    """A list over its ceiling."""
    return refused(
        path,
        Text("The list is too long.", "列表过长。"),
        Text(f"Send at most {most} values.", f"最多 {most} 个值。"),
    )


def unfit(path: Path, fact: str, word: str) -> BadUserInputError:
    """A condition of one kind over a fact of another."""
    return refused(
        path,
        Text(f"The fact {fact} cannot be asked with another kind of condition.", f"事实 {fact} 的类型与条件不符。"),
        Text(f"Ask with {word}, or choose another fact.", f"请使用 {word} 条件，或选择其他事实。"),
    )


def not_for_audiences(path: Path, fact: str) -> BadUserInputError:
    """A fact that no database can find by itself."""
    return refused(
        path,
        Text(f"The fact {fact} cannot be part of an audience.", f"事实 {fact} 不能用于人群。"),
        Text("Choose a fact that the field facts lists.", "请从 facts 字段中选择事实。"),
    )


def unknown_segment(path: Path) -> NotFoundError:
    """The merchant has no such segment, or it is archived."""
    return NotFoundError(
        Text("There is no such segment.", "细分不存在。"),
        hint=Text(
            "See the field segments; archived ones cannot be used.", "请查看 segments 字段；已归档的细分不可用。"
        ),
        path=path,
    )


def circle(path: Path) -> BadUserInputError:
    """A segment that would be its own condition."""
    return refused(
        path,
        Text("The segment would depend on itself.", "细分不能依赖自身。"),
        Text("Write the condition out instead.", "请直接写出该条件。"),
    )


def name_taken(name: str) -> ConflictError:
    """Another segment has this name, and says something else."""
    return ConflictError(
        Text(f"There is another segment {name!r}.", f"已有名为“{name}”的细分。"),
        hint=Text("Send its id to change it, or choose another name.", "请传入其编号进行修改，或换一个名称。"),
        path=("name",),
    )


def stale_segment(version: int) -> ConflictError:
    """It changed since it was read."""
    return ConflictError(
        Text("The segment changed meanwhile.", "细分已被修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        path=("expectedVersion",),
        details={"currentVersion": version},
    )


def version_needed() -> BadUserInputError:
    """A change names the version that it was made for."""
    return refused(
        ("expectedVersion",),
        Text("A change needs the version that you read.", "修改需要提供读取时的版本。"),
        Text("Send expectedVersion.", "请传入 expectedVersion。"),
    )


def archived() -> ConflictError:
    """An archived segment stays as it is."""
    return ConflictError(
        Text("The segment is archived.", "细分已归档。"),
        hint=Text("Save a new one.", "请新建细分。"),
        path=("id",),
    )


def static_segment() -> ConflictError:
    """A static segment keeps whom it was saved with."""
    return ConflictError(
        Text("A static segment is not refreshed.", "静态细分不会刷新。"),
        hint=Text("Save it again, or make it dynamic.", "请重新保存，或改为动态细分。"),
        path=("id",),
    )


def in_use(other: UUID, name: str) -> ConflictError:
    """Another segment refers to it."""
    return ConflictError(
        Text(f"The segment {name!r} depends on this one.", f"细分“{name}”依赖于它。"),
        hint=Text("Change or archive that one first.", "请先修改或归档该细分。"),
        path=("id",),
        details={"segment": other.hex},
    )


def bad_text(field: str, most: int) -> BadUserInputError:
    """Nothing, or something that cannot be shown."""
    return refused(
        (field,),
        Text(f"The {field} cannot be used.", f"{field} 不可用。"),
        Text(f"Write 1 to {most} characters in one line.", f"请填写 1 到 {most} 个字符，不换行。"),
    )
