"""Words of the organisation that may grow."""

from guanxi.schema.enums import Member, OpenEnum


class PostLayer(OpenEnum):
    """Whether a post leads or carries out."""

    unknown = "EXECUTION"

    MANAGEMENT = Member["PostLayer"]("Leads others.")
    EXECUTION = Member["PostLayer"]("Works with customers.")


class PostScope(OpenEnum):
    """Whose customers a post sees."""

    unknown = "OWN"

    OWN = Member["PostScope"]("Those of the post itself.")
    UNIT = Member["PostScope"]("Those of all posts of its unit.")
    SUBTREE = Member["PostScope"]("Those of its unit and of all units below.")
    MERCHANT = Member["PostScope"]("All of the merchant, those of no post too.")


class StaffState(OpenEnum):
    """Whether a person may sign in."""

    unknown = "SUSPENDED"

    INVITED = Member["StaffState"]("Has not signed in yet.")
    ACTIVE = Member["StaffState"]("May sign in.")
    SUSPENDED = Member["StaffState"]("May not sign in.")
