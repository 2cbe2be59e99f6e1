"""Enums of interactions, as the API names what the rules know."""

from enum import Enum

import strawberry

from guanxi.interactions.rules.facts import Mode
from guanxi.interactions.service import Group
from guanxi.schema.enums import Member, OpenEnum


class InteractionKind(OpenEnum):
    """What happened between a customer and the merchant. Plugins add kinds."""

    ORDER = Member["InteractionKind"]("Goods were ordered.")
    PAYMENT = Member["InteractionKind"]("An order was paid.")
    SHIPMENT = Member["InteractionKind"]("Goods were sent.")
    DELIVERY = Member["InteractionKind"]("Goods arrived.")
    PURCHASE = Member["InteractionKind"]("A sale is settled: this is what counts as turnover.")
    REFUND = Member["InteractionKind"]("Money was given back; it lowers turnover.")
    RETURN = Member["InteractionKind"]("Goods came back; an amount lowers turnover.")
    EXCHANGE = Member["InteractionKind"]("Goods were exchanged; the amount is the difference.")
    VISIT = Member["InteractionKind"]("The customer visited a shop, on line or in town.")
    VIEW = Member["InteractionKind"]("The customer looked at something.")
    INQUIRY = Member["InteractionKind"]("The customer asked.")
    COMPLAINT = Member["InteractionKind"]("The customer complained.")
    FEEDBACK = Member["InteractionKind"]("The customer gave an opinion.")
    SUGGESTION = Member["InteractionKind"]("The customer proposed something.")
    CALL = Member["InteractionKind"]("A telephone call.")
    MESSAGE = Member["InteractionKind"]("A message, either way.")
    POST = Member["InteractionKind"]("The customer published something.")
    REACTION = Member["InteractionKind"]("The customer reacted to something published.")
    SURVEY = Member["InteractionKind"]("The customer answered a survey.")
    COUPON = Member["InteractionKind"]("A coupon was given, used or lost.")
    TASK = Member["InteractionKind"]("Staff had something to do for the customer.")
    NOTE = Member["InteractionKind"]("Staff noted something.")
    OTHER = Member["InteractionKind"]("A kind of a plugin that is not enabled here.")


class Channel(OpenEnum):
    """The way something reached the other side. Plugins add channels."""

    WEB = Member["Channel"]("The merchant's web shop.")
    APP = Member["Channel"]("The merchant's app.")
    WECHAT = Member["Channel"]("WeChat, its mini-programs and groups.")
    TAOBAO = Member["Channel"]("Taobao and Tmall.")
    JD = Member["Channel"]("JD.com.")
    DOUYIN = Member["Channel"]("Douyin.")
    LIVESTREAM = Member["Channel"]("A live stream, wherever it runs.")
    STORE = Member["Channel"]("A shop in town.")
    PHONE = Member["Channel"]("The telephone.")
    EMAIL = Member["Channel"]("E-mail.")
    SMS = Member["Channel"]("Text messages.")
    OTHER = Member["Channel"]("Any other.")


class RecordMode(OpenEnum):
    """Whether a fact was news when it was recorded. Historical facts grant nothing and reach nobody."""

    unknown = "HISTORICAL"

    LIVE = Member["RecordMode"]("It has just happened.", Mode.LIVE.value)
    HISTORICAL = Member["RecordMode"]("It is brought in from another system.", Mode.HISTORICAL.value)


@strawberry.enum(description="What interactions are grouped by. Days and months are those of the merchant's time zone.")
class StatsGroup(Enum):
    """Members carry what the service calls them."""

    CUSTOMER = strawberry.enum_value(Group.CUSTOMER.value, description="One row for each customer.")
    KIND = strawberry.enum_value(Group.KIND.value, description="One row for each kind.")
    CHANNEL = strawberry.enum_value(Group.CHANNEL.value, description="One row for each channel.")
    DAY = strawberry.enum_value(Group.DAY.value, description="One row for each day; not together with MONTH.")
    MONTH = strawberry.enum_value(Group.MONTH.value, description="One row for each month; not together with DAY.")
