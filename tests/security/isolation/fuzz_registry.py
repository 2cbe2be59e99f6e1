"""What each argument of the API stands for. An id, or a root field, that is not written here fails the run."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fuzz_walk import Position, Target
from graphql import GraphQLEnumType, GraphQLNamedType

ANY = "*"  # an id of whatever type

# Arguments and input fields of type ID -> the tag of the type that they name.
IDS: Mapping[str, str] = {
    "Query.node(id:)": ANY,
    "Query.nodes(ids:)": ANY,
    "Query.file(id:)": "fil",
    "StartImportInput.file": "fil",
    "ResumeImportInput.id": "imp",
    "CancelImportInput.id": "imp",
    "Subscription.importProgress(id:)": "imp",
    "SetCustomFieldsInput.customer": "cus",
    "CustomValueInput.reference": "cus",
    "UpdateCustomFieldInput.id": "cfd",
    "CustomerBy.id": "cus",
    "CustomerFilter.id": "cus",
    "UpdateCustomerInput.id": "cus",
    "UpdateContactPointInput.id": "cpt",
    "UpdateCustomerInput.removeContactPoints": "cpt",
    "ArchiveCustomerInput.id": "cus",
    "RestoreCustomerInput.id": "cus",
    "UpsertRoleInput.id": "rol",
    "CreateTokenInput.role": "rol",
    "CreateTokenInput.post": "pst",
    "CreateOrgUnitInput.parent": "unt",
    "UpdateOrgUnitInput.id": "unt",
    "UpdateOrgUnitInput.parent": "unt",
    "CreatePostInput.unit": "unt",
    "CreatePostInput.role": "rol",
    "UpdatePostInput.id": "pst",
    "UpdatePostInput.unit": "unt",
    "UpdatePostInput.role": "rol",
    "AssignPostInput.post": "pst",
    "AssignPostInput.person": "stf",
    "VacatePostInput.post": "pst",
    "HandOverPostInput.post": "pst",
    "HandOverPostInput.toPost": "pst",
    "HandOverPostInput.toPerson": "stf",
    "AssignCustomersInput.customers": "cus",
    "AssignCustomersInput.post": "pst",
    "CustomerFilter.ownerPostId": "pst",
    "RotateTokenInput.id": "tok",
    "RevokeTokenInput.id": "tok",
    "InteractionFilter.id": "int",
    "InteractionFilter.customerId": "cus",
    "InteractionFilter.voidsId": "int",
    "InteractionFilter.voidedById": "int",
    "RecordInteractionInput.customer": "cus",
    "RecordInteractionInput.refundOf": "int",
    "InteractionInput.customer": "cus",
    "InteractionInput.refundOf": "int",
    "VoidInteractionInput.id": "int",
    "UpdateWebhookInput.id": "whk",
    "DeleteWebhookInput.id": "whk",
    "RotateWebhookSecretInput.id": "whk",
    "ReplayDeliveryInput.id": "whd",
    "MergeCustomersInput.survivor": "cus",
    "MergeCustomersInput.absorbed": "cus",
    "UnmergeCustomersInput.id": "mrg",
    "DismissDuplicateInput.id": "dup",
    "RerunJobInput.id": "job",
    "Query.staffSessions(staffMember:)": "stf",
    "Query.notes(subject:)": ANY,
    "Query.postScore(post:)": "pst",
    "TaskFilter.customerId": "cus",
    "TaskFilter.assigneePostId": "pst",
    "CreateTaskInput.assigneePost": "pst",
    "CreateTaskInput.customer": "cus",
    "CreateTaskInput.subject": ANY,
    "CompleteTaskInput.id": "tsk",
    "AddNoteInput.subject": ANY,
    "AddNoteInput.mentions": "stf",
    "MarkNotificationsReadInput.ids": "ntf",
    "SetKpiTargetInput.post": "pst",
    "CloseKpiPeriodInput.post": "pst",
    "IssueShopperTokenInput.customer": "cus",
    "CreateInvitationInput.staffMember": "stf",
    "Subscription.jobProgress(id:)": "job",
    "UpdateSourceInput.id": "src",
    "RotateSourceSecretInput.id": "src",
    "DeadLettersInput.id": "src",
    "Audience.segment": "seg",
    "SegmentBy.id": "seg",
    "SegmentFilter.id": "seg",
    "SaveSegmentInput.id": "seg",
    "RefreshSegmentInput.id": "seg",
    "ArchiveSegmentInput.id": "seg",
    "Subscription.segmentChanged(segment:)": "seg",
    "EnrolInput.customerId": "cus",
    "SetConsentInput.customer": "cus",
    "RegisterPrivacyRequestInput.customer": "cus",
    "ExportCustomerInput.customer": "cus",
    "EraseCustomerInput.customer": "cus",
    "PlaceLegalHoldInput.customer": "cus",
    "EraseCustomerInput.confirm": "cus",
    "ClosePrivacyRequestInput.id": "prq",
    "LiftLegalHoldInput.id": "lhd",
    "EnrolInput.programId": "prg",
}

# Texts that name something of the merchant's -> where such a text stands.
NAMES: Mapping[str, tuple[str, str]] = {
    "CustomerBy.phone": ("contact_point", "normalised"),
    "CustomerBy.email": ("contact_point", "value"),
    "ExternalIdInput.system": ("external_identity", "system"),
    "ExternalIdInput.externalId": ("external_identity", "external_id"),
    "ContactPointInput.value": ("contact_point", "value"),
    "UpdateContactPointInput.value": ("contact_point", "value"),
    "CustomerFilter.tag": ("customer_tag", "name"),
    "ContactPointFilter.source": ("contact_point", "source"),
    "CustomerFilter.search": ("customer", "display_name"),
    "CustomerFilter.source": ("customer", "source"),
    "StartImportInput.system": ("external_identity", "system"),
    "CreateCustomFieldInput.key": ("custom_field", "key"),
    "CustomFieldFilter.key": ("custom_field", "key"),
    "SetCustomFieldInput.key": ("custom_field", "key"),
    "Customer.customFields(keys:)": ("custom_field", "key"),
    "InteractionFilter.source": ("interaction", "source"),
    "InteractionFilter.externalId": ("interaction", "external_id"),
    "InteractionFilter.orderRef": ("interaction", "order_ref"),
    "RecordInteractionInput.source": ("interaction", "source"),
    "RecordInteractionInput.externalId": ("interaction", "external_id"),
    "RecordInteractionInput.orderRef": ("interaction", "order_ref"),
    "InteractionInput.source": ("interaction", "source"),
    "InteractionInput.externalId": ("interaction", "external_id"),
    "InteractionInput.orderRef": ("interaction", "order_ref"),
    "UpsertRoleInput.name": ("role", "name"),
    "MappedCustomerInput.system": ("external_identity", "system"),
    "NewDocumentInput.name": ("execution_registered_document", "name"),
    "RetireDocumentInput.documentId": ("execution_registered_document", "document_id"),
    "CreateTokenInput.name": ("api_token", "name"),
    "CreateOrgUnitInput.name": ("org_unit", "name"),
    "UpdateOrgUnitInput.name": ("org_unit", "name"),
    "CreatePostInput.title": ("post", "title"),
    "UpdatePostInput.title": ("post", "title"),
    "InviteStaffInput.email": ("staff_member", "email"),
    "RevokeStaffSessionInput.publicId": ("session", "public_id"),
    "CreateUploadInput.name": ("file", "name"),
    "CreateSourceInput.name": ("source", "name"),
    "SegmentBy.name": ("segment", "name"),
    "SegmentFilter.name": ("segment", "name"),
    "SaveSegmentInput.name": ("segment", "name"),
    "CreateProgramInput.name": ("membership_program", "name"),
    "NewTierInput.name": ("membership_tier", "name"),
}
ORDINARY = ("customer", "display_name")  # of texts that name nothing

# Texts that look like names of things and are none of the merchant's: plugins are the same for all.
SHARED = frozenset(
    {
        "CreateWebhookInput.url",
        "UpdateWebhookInput.url",
        "Query.plugin(id:)",
        "ColumnMappingInput.column",
        "Query.previewPlugin(plugin:)",
        "EnablePluginInput.plugin",
        "DisablePluginInput.plugin",
        "PurgePluginInput.plugin",
        "UpdatePluginSettingsInput.plugin",
    }
)
NAMING = {
    *("id", "ids", "key", "keys", "ref", "refs", "slug", "system", "token", "code"),
    *("plugin", "cursor", "after", "before", "url", "file"),
}
WORD = re.compile(r"[A-Z]?[a-z]+")

# Values of a merchant's own that make a call succeed, by coordinate; all others follow from the type.
SAMPLES: Mapping[str, Any] = {
    "IssueShopperTokenInput.seconds": 60,
    "Query.postScore(period:)": "2018-01",
    "SetKpiTargetInput.period": "2019-02",
    "SetKpiTargetInput.metric": "interactions.purchase_count",
    "CloseKpiPeriodInput.period": "2018-01",
    "Query.plugin(id:)": "membership",
    "Query.previewPlugin(plugin:)": "membership",
    "EnablePluginInput.plugin": "membership",
    "DisablePluginInput.plugin": "membership",
    "PurgePluginInput.plugin": "membership",
    "PurgePluginInput.confirm": "membership",
    "UpdatePluginSettingsInput.plugin": "membership",
    "UpsertRoleInput.permissions": "customers.customer.read",
    "CreateTokenInput.scopes": "customers.customer.read",
    "InviteStaffInput.email": "somebody.new@tea.example",
    "CreateTokenInput.expiresAt": "2200-01-01T00:00:00Z",
    "CreateSourceInput.preset": "jd",
    "UpdateSourceInput.preset": "jd",
    "CreateSourceInput.mode": "LIVE",
    "UpdateSourceInput.mode": "LIVE",
    "MappedFactInput.kind": "visit",
    "SourceMappingInput.channel": "web",
    "NumberConditionInput.fact": "interactions.net_minor",
    "TextConditionInput.fact": "customers.tags",
    "DateConditionInput.fact": "customers.created_at",
    "FlagConditionInput.fact": "customers.lifecycle",
    "KnownConditionInput.fact": "membership.tier",
    "NewTierInput.thresholdMinor": 0,
    "SetCustomFieldInput.key": "zafieldkey1",  # as the seed calls it
    **dict.fromkeys(  # what the seed does to its first customer raises the version
        (
            "ArchiveCustomerInput.expectedVersion",
            "RestoreCustomerInput.expectedVersion",
            "UpdateCustomerInput.expectedVersion",
            "SetCustomFieldsInput.expectedVersion",
        ),
        3,
    ),
    "RecordInteractionInput.kind": "REFUND",
    "InteractionInput.kind": "REFUND",
    "CreateWebhookInput.url": "https://shop.example.com/hook",
    "UpdateWebhookInput.url": "https://shop.example.com/hook",
    "CreateWebhookInput.topics": "customer_created",
    "UpdateWebhookInput.topics": "customer_created",
    "CreateWebhookInput.document": "{ merchant { slug } }",
    "UpdateWebhookInput.document": "{ merchant { slug } }",
    "CreateWebhookInput.permissions": "customers.customer.read",
    "UpdateMerchantInput.locale": "zh-CN",
    "CreateCustomFieldInput.key": "sample_key",
    "UpdateCustomFieldInput.options": "",
    "StartExportInput.columns": "id",
    "ColumnMappingInput.target": "display_name",
    "StartImportInput.encoding": "utf-8",
    "StartImportInput.system": "shop",
    "NewDocumentInput.text": "{ merchant { slug } }",
    "SetConsentInput.noticeVersion": "2026-1",
    "SetConsentInput.channel": "SMS",
    "ClosePrivacyRequestInput.state": "DONE",
    "RunRetentionInput.dryRun": True,
    "UpdateMerchantInput.allowedOrigins": "https://shop.example",
}
# The same for ids: the row that a seed has put aside. Others are the first of their type.
ROWS: Mapping[str, str] = {
    "CustomerBy.id": "regular",
    "InteractionFilter.id": "visit",
    "InteractionFilter.customerId": "regular",
    "UpsertRoleInput.id": "role",
    "CreateTokenInput.role": "role",
    "CreateTokenInput.post": "post",
    "UpdateOrgUnitInput.id": "team",
    "UpdateOrgUnitInput.parent": "branch",
    "UpdatePostInput.id": "post",
    "AssignPostInput.post": "post",
    "AssignPostInput.person": "person",
    "HandOverPostInput.post": "post",
    "HandOverPostInput.toPost": "owner",
    "HandOverPostInput.toPerson": "person",
    "CustomerFilter.ownerPostId": "owner",
    "RotateTokenInput.id": "token",
    "RevokeTokenInput.id": "token",
    "Audience.segment": "segment",
    "RecordInteractionInput.customer": "customer",
    "RecordInteractionInput.refundOf": "interaction",
    "InteractionInput.customer": "customer",
    "InteractionInput.refundOf": "interaction",
    "VoidInteractionInput.id": "interaction",
    "UpdateCustomFieldInput.id": "custom_field",
    "StartImportInput.file": "upload",
    "ResumeImportInput.id": "import",
    "CancelImportInput.id": "import",
    "EraseCustomerInput.customer": "regular",
    "EraseCustomerInput.confirm": "regular",
    "ClosePrivacyRequestInput.id": "request",
    "UpdateWebhookInput.id": "webhook",
    "DeleteWebhookInput.id": "webhook",
    "RotateWebhookSecretInput.id": "webhook",
    "ReplayDeliveryInput.id": "delivery",
    "RerunJobInput.id": "job",
    "MarkNotificationsReadInput.ids": "notification",
    "MergeCustomersInput.survivor": "heir",
    "MergeCustomersInput.absorbed": "double",
    "UnmergeCustomersInput.id": "merge",
    "DismissDuplicateInput.id": "pair",
    "InteractionFilter.voidsId": "voided",
    "InteractionFilter.voidedById": "voiding",
}
# Optional fields without which an input, or another field of it, makes no sense.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "StartExportInput": ("customers",),
    "UpsertRoleInput.id": ("expectedVersion",),
    "CreateTokenInput": ("role",),
    "HandOverPostInput": ("toPost",),
    "CustomerBy": ("id",),
    "SetConsentInput": ("noticeVersion",),
    "CustomerFilter": ("id",),
    "InteractionFilter": ("id",),
    "CreateSourceInput": ("preset",),
    "SegmentBy": ("id",),
    "Audience": ("segment",),
    "DayInput": ("day",),
    "DateConditionInput": ("until",),
    "NumberConditionInput": ("gte",),
    "SaveSegmentInput.id": ("expectedVersion",),
    "CreateCustomerInput": ("displayName",),
    "UpsertCustomerInput": ("displayName",),
    "ContactPointInput": ("value",),
    "RecordInteractionInput": ("amountMinor",),
    "InteractionInput": ("amountMinor",),
}
BY_TYPE: Mapping[str, Any] = {
    "String": "sample",
    "Int": 1,
    "Long": 1,
    "Float": 1.0,
    "Boolean": True,
    "DateTime": "2019-06-01T00:00:00Z",
    "Date": "2019-06-01",
    "JSON": {},
    "Currency": "CNY",
    "TimeZone": "Asia/Shanghai",
}


@dataclass(frozen=True)
class Root:
    """How a root field is called with a merchant's own values.

    ``expects``: the codes that an administrator gets; none where it succeeds. ``alone``: it does more than one
    transaction can take back, so it runs once, after all others.
    """

    expects: frozenset[str] = frozenset()
    alone: bool = False


PLAIN, ALONE = Root(), Root(alone=True)
ROOTS: Mapping[str, Root] = {
    **dict.fromkeys(("viewer", "merchant", "permissions", "roles", "tokens", "node", "nodes"), PLAIN),
    **dict.fromkeys(("customers", "customer", "interactions", "interactionStats"), PLAIN),
    **dict.fromkeys(("plugins", "plugin", "previewPlugin", "savedOperations"), PLAIN),
    **dict.fromkeys(("plugins", "plugin", "previewPlugin"), PLAIN),
    **dict.fromkeys(("facts", "segments", "segment", "segmentChanged", "previewAudience"), PLAIN),
    **dict.fromkeys(("saveSegment", "refreshSegment", "archiveSegment"), PLAIN),
    **dict.fromkeys(("sources", "updateSource", "rotateSourceSecret"), PLAIN),
    **dict.fromkeys(("retryDeadLetters", "discardDeadLetters"), PLAIN),
    "createSource": PLAIN,
    "retireDocument": Root(frozenset({"NOT_FOUND"})),  # an id follows from its text, so the sample is nobody's
    "revokeStaffSession": Root(frozenset({"NOT_FOUND"})),  # a token has no session
    "staffSessions": Root(frozenset({"CONFLICT"})),  # as before
    "startImport": Root(frozenset({"NOT_FOUND"})),  # the file's upload has not arrived
    **dict.fromkeys(("membershipPrograms", "memberTiers", "memberAccounts", "enrol"), PLAIN),
    **dict.fromkeys(("updateMerchant", "upsertRole", "createToken", "rotateToken", "revokeToken"), PLAIN),
    **dict.fromkeys(("orgUnits", "posts", "staff", "createOrgUnit", "updateOrgUnit", "inviteStaff"), PLAIN),
    **dict.fromkeys(("createPost", "updatePost", "assignPost", "vacatePost", "handOverPost"), PLAIN),
    "assignCustomers": PLAIN,
    **dict.fromkeys(("createCustomer", "updateCustomer", "archiveCustomer", "restoreCustomer"), PLAIN),
    **dict.fromkeys(("upsertCustomers", "recordInteraction", "recordInteractions", "voidInteraction"), PLAIN),
    **dict.fromkeys(("auditEntries", "registeredDocuments", "registerDocuments"), PLAIN),
    **dict.fromkeys(("interactionRecorded", "pluginStateChanged", "updatePluginSettings"), PLAIN),
    **dict.fromkeys(("file", "createUpload"), PLAIN),
    **dict.fromkeys(("mergeCustomers", "unmergeCustomers", "duplicates", "dismissDuplicate"), PLAIN),
    **dict.fromkeys(("contactPoints", "dataQuality", "findDuplicates"), PLAIN),
    **dict.fromkeys(("jobs", "jobProgress", "rerunJob"), PLAIN),
    **dict.fromkeys(("webhooks", "createWebhook", "updateWebhook", "deleteWebhook"), PLAIN),
    **dict.fromkeys(("rotateWebhookSecret", "replayDelivery"), PLAIN),
    **dict.fromkeys(("privacyRequests", "legalHolds", "retentionRules", "erasures", "setConsent"), PLAIN),
    **dict.fromkeys(("registerPrivacyRequest", "closePrivacyRequest", "placeLegalHold", "liftLegalHold"), PLAIN),
    **dict.fromkeys(("eraseCustomer", "setRetention"), PLAIN),
    **dict.fromkeys(("createInvitation",), PLAIN),
    **dict.fromkeys(("tasks", "notes", "postScore", "createTask", "completeTask", "addNote"), PLAIN),
    **dict.fromkeys(("setKpiTarget", "closeKpiPeriod", "notificationReceived"), PLAIN),
    **dict.fromkeys(("notifications", "markNotificationsRead"), Root(frozenset({"CONFLICT"}))),  # of persons alone
    **dict.fromkeys(("rotateShopperSecret", "issueShopperToken"), PLAIN),
    "changePassword": Root(frozenset({"CONFLICT"})),  # a token has none
    "exportCustomer": ALONE,
    "runRetention": ALONE,
    **dict.fromkeys(("imports", "resumeImport", "cancelImport", "importProgress"), PLAIN),
    **dict.fromkeys(("exports", "startExport"), PLAIN),
    **dict.fromkeys(("customFields", "createCustomField", "updateCustomField", "setCustomFields"), PLAIN),
    "createProgram": Root(frozenset({"CONFLICT"})),  # the shop has an active one
    "enablePlugin": ALONE,
    "disablePlugin": ALONE,
    "purgePlugin": ALONE,
    "rescanPlugins": ALONE,
}


def unmapped(targets: list[Target]) -> list[str]:
    """Root fields and arguments of which nobody has said what they stand for."""
    roots = [f"root field {one.last.coordinate}" for one in targets if len(one.steps) == 1 and one.root not in ROOTS]
    places = {one.coordinate: one for target in targets for one in target.positions}
    return sorted({*roots, *(f"argument {name}" for name, one in places.items() if not is_mapped(one))})


def is_mapped(one: Position) -> bool:
    if one.is_id:
        return one.coordinate in IDS
    if one.leaf.name == "String" and WORD.findall(one.coordinate)[-1].lower() in NAMING:
        return one.coordinate in NAMES or one.coordinate in SHARED or is_cursor(one)
    return True


def is_cursor(one: Position) -> bool:
    return one.coordinate.endswith(("(after:)", "(before:)"))


def sample_of(coordinate: str, leaf: GraphQLNamedType, row: Callable[[str, str | None], Any]) -> Any:
    """A shop's own value; ``row`` gives a global id by tag and the name under which a seed put it aside."""
    if leaf.name == "ID":
        return row(IDS[coordinate], ROWS.get(coordinate))
    if coordinate in SAMPLES:
        return SAMPLES[coordinate]
    if isinstance(leaf, GraphQLEnumType):
        return next(iter(leaf.values))
    return BY_TYPE[leaf.name]
