"""Enums of customers, as the API names what the rules know."""

from guanxi.schema.enums import Member, OpenEnum


class Gender(OpenEnum):
    """A customer's gender; null where it is not known."""

    FEMALE = Member["Gender"]("Female.")
    MALE = Member["Gender"]("Male.")
    OTHER = Member["Gender"]("Neither of these.")


class Lifecycle(OpenEnum):
    """How near a customer is to the shop."""

    LEAD = Member["Lifecycle"]("Has not bought yet.")
    ACTIVE = Member["Lifecycle"]("Buys.")
    DORMANT = Member["Lifecycle"]("Has not bought for a while.")
    LOST = Member["Lifecycle"]("Will hardly come back.")
    BLOCKED = Member["Lifecycle"]("Is not served any more.")
    OTHER = Member["Lifecycle"]("A stage that nobody here knows; it cannot be set.")


class ContactKind(OpenEnum):
    """What kind of contact point it is."""

    PHONE = Member["ContactKind"]("A telephone number.")
    EMAIL = Member["ContactKind"]("An e-mail address.")
    WECHAT = Member["ContactKind"]("A WeChat id, open id or union id.")
    ADDRESS = Member["ContactKind"]("A postal address.")
    OTHER = Member["ContactKind"]("Any other.")


class Collected(OpenEnum):
    """How a contact point became known."""

    unknown = "INDIRECT"

    DIRECT = Member["Collected"]("The customer gave it.")
    INDIRECT = Member["Collected"]("Somebody else did.")


class UpsertStatus(OpenEnum):
    """What became of one item of a batch."""

    unknown = "ERROR"

    CREATED = Member["UpsertStatus"]("The customer is new.")
    UPDATED = Member["UpsertStatus"]("The customer was changed.")
    UNCHANGED = Member["UpsertStatus"]("The customer was like this already.")
    ERROR = Member["UpsertStatus"]("The item was refused; nothing of it was written.")
