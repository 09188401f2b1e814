"""What the papers of the ledger say: facts in, the elements of a paper out.

Papers are Chinese whatever the language of the person who issues them: GB/T 9704-2012 knows no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign.rules import SHANGHAI

from .paper import Cell, Column, Paper, Part

#: Photographs of one side of a problem: more are named, not shown.
MOST_PHOTOS = 2
NUMERALS = ("一", "二", "三")


@dataclass(frozen=True, slots=True)
class Matter:
    """One problem as a paper tells it; moments carry their zone, photographs are numbers."""

    code: str
    site: str
    text: str
    unit: str
    person: str
    severity: str
    source: str
    state: str
    requirement: str
    measures: str
    due_at: datetime | None
    noted_at: datetime
    closed_at: datetime | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    story: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues a paper, and what it says by settings; an empty text is left out."""

    head: str
    signer: str
    copies: str
    contact: str
    demands: str


@dataclass(frozen=True, slots=True)
class Order:
    """What goes with one paper: its number and day, whom it goes to, the day until which all must be done.

    ``replaces`` is the number of the paper that it corrects, ``overseer`` who follows the matter for the office,
    ``asked`` what the office asks of the unit.
    """

    number: str
    day: date
    to: str = ""
    until: date | None = None
    replaces: str = ""
    overseer: str = ""
    asked: str = ""


def day_words(day: date) -> str:
    """2026年11月3日"""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime) -> str:
    """2026年11月3日 09:30, as the clock in the office shows it."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_words(local.date())} {local:%H:%M}"


def due_words(due_at: datetime | None, *, year: int) -> str:
    """11月26日, and 12:00前 below it; with its year where that is not the paper's."""
    if due_at is None:
        return "未定"
    local = due_at.astimezone(SHANGHAI)
    day = f"{local.month}月{local.day}日\n{local:%H:%M}前"
    return day if local.year == year else f"{local.year}年\n{day}"


def shown(photos: Sequence[str], text: str = "") -> Cell:
    """A cell of photographs; what is too many is said."""
    more = f"（另有{len(photos) - MOST_PHOTOS}张）" if len(photos) > MOST_PHOTOS else ""
    return Cell("\n".join(filter(None, [text, more])), tuple(photos[:MOST_PHOTOS]))


def hand_over_sheet(matters: Sequence[Matter], issuer: Issuer, order: Order) -> Paper:
    """交办单: what a unit is given to put right."""
    opening = (
        f"现将文明城市创建工作中发现的{len(matters)}个问题交办你单位。请按时限签收、整改，"
        "并在系统中提交整改前后一一对应的照片。"
    )
    return _letter("问题交办单", opening, "交办事项", matters, issuer, order)


def repair_notice(matters: Sequence[Matter], issuer: Issuer, order: Order) -> Paper:
    """整改通知书: what was found wrong at a unit, and until when it must be right."""
    places = len({matter.site for matter in matters if matter.site})
    where = f"{places}个点位存在" if places else "存在"
    days = sorted({matter.noted_at.astimezone(SHANGHAI).date() for matter in matters})
    when = day_words(days[0]) if len(days) == 1 else f"{day_words(days[0])}至{day_words(days[-1])}"
    opening = (
        f"{when}，我办在文明城市创建督查中发现，你单位责任范围内{where}{len(matters)}个问题。现将有关事项通知如下："
    )
    return _letter("整改通知书", opening, "存在问题", matters, issuer, order)


def _letter(title: str, opening: str, subject: str, matters: Sequence[Matter], issuer: Issuer, order: Order) -> Paper:
    columns = (
        Column("序号", 12, True), Column("点位", 26), Column("问题", 41), Column("整改要求", 27),
        Column("整改时限", 20, True), Column("照片", 30, True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(str(place)), Cell(matter.site or "—"), Cell(f"{matter.text}\n（{matter.code}）"),
            Cell(matter.requirement), Cell(due_words(matter.due_at, year=order.day.year)),
            shown(matter.before, "" if matter.before else "—"),
        )
        for place, matter in enumerate(matters, 1)
    )  # fmt: skip
    chapters = [(subject, Part("table", columns=columns, rows=rows))]
    demands = "\n".join(filter(None, [_until(order), issuer.demands]))
    if demands:
        chapters.append(("整改要求", Part("body", demands)))
    if issuer.contact:
        chapters.append(("联系方式", Part("body", issuer.contact)))
    parts = [Part("body", _replacing(order) + opening)]
    for numeral, (name, part) in zip(NUMERALS, chapters, strict=False):
        parts += [Part("heading", f"{numeral}、{name}"), part]
    return _sent(title, parts, issuer, order)


def _until(order: Order) -> str:
    return f"以上问题请于{day_words(order.until)}前全部整改到位。" if order.until else ""


def _replacing(order: Order) -> str:
    return f"本件更正并替代{order.replaces}，原件同时作废。" if order.replaces else ""


def _sent(title: str, parts: Sequence[Part], issuer: Issuer, order: Order) -> Paper:
    return Paper(
        title=title, parts=tuple(parts), number=order.number, head=issuer.head, to=order.to,
        signer=issuer.signer, day=day_words(order.day), copies=issuer.copies, printer=issuer.signer,
    )  # fmt: skip


def supervision_order(matters: Sequence[Matter], issuer: Issuer, order: Order) -> Paper:
    """督办单: one matter that is not put right in time, who answers for it and who follows it."""
    matter = matters[0]
    until = f"{day_words(order.until)}前" if order.until else ""
    columns = (Column("", 26), Column("", 52), Column("", 26), Column("", 52))
    facts = [
        (Cell("督办事项"), Cell(f"{matter.text}（{matter.code}）")),
        *([(Cell("督办要求"), Cell(order.asked))] if order.asked else []),
        (Cell("点　　位"), Cell(matter.site or "—")),
        (Cell("问题来源"), Cell(matter.source), Cell("严重程度"), Cell(matter.severity)),
        (Cell("责任单位"), Cell(matter.unit), Cell("责任人"), Cell(matter.person or "—")),
        (Cell("督办单位"), Cell(issuer.signer), Cell("督办人"), Cell(order.overseer or "—")),
        (Cell("原定时限"), Cell(_plain_due(matter.due_at)), Cell("办结时限"), Cell(until or "立即")),
        (Cell("当前状态"), Cell(matter.state), Cell("联系方式"), Cell(issuer.contact or "—")),
        (Cell("办理经过"), Cell("\n".join(f"{moment_words(at)}　{words}" for at, words in matter.story) or "—")),
    ]
    photos = [
        (Cell("整改前"), shown(matter.before, "" if matter.before else "—"),
         Cell("整改后"), shown(matter.after, "" if matter.after else "尚未提交")),
    ]  # fmt: skip
    opening = (
        f"{_replacing(order)}下列事项经交办仍未按要求办结，现予督办。请{f'于{until}' if until else '立即'}办结，"
        "并在系统中书面回复办理情况；确需延期的，须说明理由并提出新的办结日期。"
    )
    parts = [Part("body", opening), Part("facts", columns=columns, rows=(*facts, *photos))]
    return _sent("督办单", parts, issuer, order)


def _plain_due(due_at: datetime | None) -> str:
    return f"{moment_words(due_at)}前" if due_at else "未定"


LEDGER = (
    Column("序号", 12, True), Column("点位", 20), Column("问题", 30), Column("责任单位", 20),
    Column("责任人", 15, True), Column("整改措施", 22), Column("整改时限", 20, True), Column("完成情况", 20, True),
    Column("整改前照片", 27, True), Column("整改后照片", 27, True), Column("销号", 12, True),
)  # fmt: skip


def ledger_of(matters: Sequence[Matter], issuer: Issuer, order: Order) -> Paper:
    """整改台账: one row for each problem, the photographs before and after side by side."""
    rows = tuple(_ledger_row(place, matter, order.day.year) for place, matter in enumerate(matters, 1))
    parts = [Part("table", columns=LEDGER, rows=rows)]
    if order.replaces:
        parts.insert(0, Part("body", _replacing(order)))
    return Paper(title="文明城市创建问题整改台账", parts=tuple(parts), number=order.number, wide=True)


def _ledger_row(place: int, matter: Matter, year: int) -> tuple[Cell, ...]:
    closed = matter.closed_at.astimezone(SHANGHAI) if matter.closed_at else None
    done = f"{matter.state}\n{closed.month}月{closed.day}日" if closed else matter.state
    return (
        Cell(str(place)), Cell(matter.site or "—"), Cell(f"{matter.text}\n（{matter.code}）"), Cell(matter.unit),
        Cell(matter.person or "—"), Cell(matter.measures or "—"), Cell(due_words(matter.due_at, year=year)),
        Cell(done), shown(matter.before, "" if matter.before else "—"), shown(matter.after),
        Cell("√" if closed else ""),
    )  # fmt: skip
