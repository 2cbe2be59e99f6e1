"""The shop's story, drawn from a seed: who its customers are and what they do. Pure; relative to a given day."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "慕容")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文玉兰飞红梅鑫波斌宇浩凯健俊帆雪琳晨阳婷欣怡梓涵子轩雨桐思远嘉禾"
CITIES = (
    "上海",
    "北京",
    "杭州",
    "广州",
    "深圳",
    "成都",
    "武汉",
    "南京",
    "苏州",
    "厦门",
    "福州",
    "重庆",
    "西安",
    "长沙",
)
CHANNELS = ("taobao", "taobao", "jd", "wechat", "web", "douyin", "store")
GOODS = (
    ("壶-紫砂-西施", "紫砂壶", 38_800),
    ("壶-紫砂-石瓢", "紫砂壶", 52_800),
    ("杯-建盏-油滴", "茶杯", 26_800),
    ("杯-青瓷-品茗", "茶杯", 8_800),
    ("盘-竹-干泡", "茶盘", 19_900),
    ("罐-锡-手工", "茶叶罐", 45_900),
    ("茶-龙井-明前", "茶叶", 36_800),
    ("茶-岩茶-肉桂", "茶叶", 42_800),
    ("茶-普洱-熟饼", "茶叶", 16_800),
    ("套-旅行", "茶具套装", 21_900),
)
COMPLAINTS = ("包装破损", "物流太慢", "颜色与图片不符", "少发了一只杯子")
MONTHS, CUSTOMERS = 24, 2_000
# Spring tea, mid-autumn, Double Eleven and the new year sell more.
SEASON = {1: 1.5, 2: 0.7, 3: 1.2, 4: 1.6, 5: 1.0, 6: 1.3, 7: 0.7, 8: 0.8, 9: 1.5, 10: 1.1, 11: 2.6, 12: 1.2}


@dataclass(frozen=True, slots=True)
class Person:
    """One customer of the story."""

    number: int
    family_name: str
    given_name: str
    phone: str
    city: str
    since: date
    eagerness: float


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a customer did. ``amount_minor`` in fen; ``refund_of`` names the purchase it takes back."""

    number: int
    kind: str
    occurred_at: datetime
    channel: str
    external_id: str
    amount_minor: int | None = None
    sku: str | None = None
    category: str | None = None
    subject: str | None = None
    refund_of: str | None = None


def people(today: date, count: int = CUSTOMERS) -> list[Person]:
    """The customers, the same for every run of a day."""
    rng = random.Random("people")  # noqa: S311 - a story, no secret
    return [_person(rng, number, today) for number in range(count)]


def deeds(persons: list[Person], today: date) -> Iterator[Deed]:
    """What they did until today, by time within each person."""
    rng = random.Random("deeds")  # noqa: S311 - a story, no secret
    for person in persons:
        day = person.since
        visit = 0
        while day < today:
            visit += 1
            yield from _visit(rng, person, day, visit, today)
            pause = rng.expovariate(person.eagerness / 60) / SEASON[day.month]
            day += timedelta(days=max(3, round(pause)))


def _person(rng: random.Random, number: int, today: date) -> Person:
    family = rng.choice(DOUBLE) if rng.random() < 0.02 else rng.choice(SURNAMES)
    given = "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2))))
    since = today - timedelta(days=rng.randrange(10, MONTHS * 30))
    return Person(
        number, family, given, f"+86138{number:08d}", rng.choice(CITIES), since, min(3.0, rng.paretovariate(2.0) / 2)
    )


def _visit(rng: random.Random, person: Person, day: date, visit: int, today: date) -> Iterator[Deed]:
    at = datetime.combine(day, time(rng.randrange(8, 23), rng.randrange(60)), UTC)
    channel = rng.choice(CHANNELS)
    sku, category, price = rng.choice(GOODS)
    order = f"{person.number}-{visit}"
    amount = price * rng.choice((1, 1, 1, 2, 3))
    yield Deed(person.number, "purchase", at, channel, f"buy-{order}", amount, sku, category)
    fate = rng.random()
    later = at + timedelta(days=rng.randrange(2, 9), minutes=7)
    if fate < 0.05 and later.date() < today:
        yield Deed(
            person.number, "refund", later, channel, f"back-{order}", amount, sku, category, None, f"buy-{order}"
        )
    elif fate < 0.09 and later.date() < today:
        yield Deed(person.number, "complaint", later, "phone", f"call-{order}", subject=rng.choice(COMPLAINTS))
