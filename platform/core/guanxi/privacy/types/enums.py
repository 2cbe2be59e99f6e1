"""Enums of privacy, as the API names what the rules know."""

from guanxi.schema.enums import Member, OpenEnum


class ConsentChannel(OpenEnum):
    """Where a customer is reached."""

    PHONE = Member["ConsentChannel"]("By telephone; withdrawing it for marketing means: do not call.")
    SMS = Member["ConsentChannel"]("By text message.")
    EMAIL = Member["ConsentChannel"]("By e-mail.")
    WECHAT = Member["ConsentChannel"]("By WeChat.")
    APP = Member["ConsentChannel"]("By a notification of the shop's app.")
    POST = Member["ConsentChannel"]("By letter or parcel.")
    ANY = Member["ConsentChannel"]("Uses of data that have no channel; a withdrawal for every channel at once.")
    OTHER = Member["ConsentChannel"]("A channel that nobody here knows; it cannot be set.")


class ConsentPurpose(OpenEnum):
    """What a consent is for."""

    MARKETING = Member["ConsentPurpose"]("Offers and news.")
    SERVICE = Member["ConsentPurpose"]("Messages about what the customer bought, beyond what the contract needs.")
    SURVEY = Member["ConsentPurpose"]("Questions about how satisfied the customer is.")
    PROFILING = Member["ConsentPurpose"]("Deriving what the customer may like or is worth.")
    SENSITIVE_DATA = Member["ConsentPurpose"]("Using sensitive personal data.")
    THIRD_PARTIES = Member["ConsentPurpose"]("Passing data on to others.")
    CROSS_BORDER = Member["ConsentPurpose"]("Passing data on to other countries.")
    OTHER = Member["ConsentPurpose"]("A purpose that nobody here knows; it cannot be set.")


class ConsentState(OpenEnum):
    """What was said."""

    unknown = "WITHDRAWN"

    GIVEN = Member["ConsentState"]("The customer agrees.")
    WITHDRAWN = Member["ConsentState"]("The customer does not agree any more.")


class PrivacyRequestKind(OpenEnum):
    """What a customer asks for about his data."""

    EXPORT = Member["PrivacyRequestKind"]("To be handed his data.")
    ERASURE = Member["PrivacyRequestKind"]("To have it erased.")
    CORRECTION = Member["PrivacyRequestKind"]("To have it corrected.")
    OBJECTION = Member["PrivacyRequestKind"]("Not to have it used in some way.")
    OTHER = Member["PrivacyRequestKind"]("Anything else.")


class PrivacyRequestState(OpenEnum):
    """Where a request stands."""

    unknown = "OPEN"

    OPEN = Member["PrivacyRequestState"]("It waits for an answer.")
    DONE = Member["PrivacyRequestState"]("It was answered as asked.")
    REFUSED = Member["PrivacyRequestState"]("It was refused, for the reason in its note.")


class PrivacyClass(OpenEnum):
    """What a column of personal data is."""

    unknown = "EXPORT"

    SEARCHABLE = Member["PrivacyClass"]("Says who somebody is, and can be searched for.", "clear-searchable")
    ENCRYPTED = Member["PrivacyClass"]("Says who somebody is, or what he wrote, and is stored encrypted.")
    EXPORT = Member["PrivacyClass"]("The customer's, but harmless alone.")
    ERASE = Member["PrivacyClass"]("Derived from personal data, an index for instance.")
