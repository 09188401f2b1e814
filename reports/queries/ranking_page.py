"""What the ranking page shows besides the rows: groups with counts, periods to choose from, revisions, late entries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, F, Max, OuterRef, QuerySet, When
from django.urls import reverse
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.permissions import Role
from units.models import PeerGroup, Unit

from ..models import ListEntry, Period, Ranking, RankingRow
from ..rules.figures import FOOTNOTES
from ..rules.periods import KINDS, containing, parse
from ..rules.sentences import black_sentence, red_sentence
from ..rules.spec import Board, RuleSpec
from .rankings import Shown, ranking_entries, ranking_rows, shown_components

#: Periods offered in the picker.
PICKED = 26
#: Rows of one page.
PAGE = 500


#: Of several revisions the one that is shown: the published one, else the newest.
SHOWN_FIRST = (F("published_at").desc(nulls_last=True), "-revision")


def find_ranking(user: User, period: str, group: str, revision: int | None = None) -> Ranking | None:
    """A ranking that a person may see by its codes: the revision asked for, else the published one, else the newest."""
    return rankings_in(user, period, group, revision).first()


def rankings_in(user: User | None, period: str, group: str = "", revision: int | None = None) -> QuerySet[Ranking]:
    """The rankings of a period that a person may see, one per group as ``find_ranking`` chooses it; in code order.

    Without a person (a command of the machine's own) all of them.
    """
    seen = Ranking.objects.visible_to(user) if user else Ranking.objects.all()
    found = seen.light().filter(period__code=period)
    if group:
        found = found.filter(group__code=group)
    if revision:
        found = found.filter(revision=revision)
    one_each = found.order_by("group__code", *SHOWN_FIRST).distinct("group__code")
    return one_each.select_related("period", "group", "rule", "closed_by", "published_by")


def groups_in(user: User | None, period: str) -> list[Ranking]:
    """The rankings of a period in the groups' own order."""
    return sorted(rankings_in(user, period), key=lambda ranking: (ranking.group.position, ranking.group.code))


def newest_ranking(user: User, *, at: datetime, group: str = "") -> Ranking | None:
    """Where the ranking page begins: the last week that is over, in the person's own group where they have one."""
    found = Ranking.objects.visible_to(user).light().select_related("period", "group").order_by()
    if group:
        found = found.filter(group__code=group)
    own = PeerGroup.objects.filter(units__memberships__user=user).values("pk")
    return (
        found.annotate(
            running=Case(When(period__ends_at__gt=at, then=1), default=0),
            weekly=Case(When(period__kind="week", then=0), default=1),
            others=Case(When(group__in=own, then=0), default=1),
        )
        .order_by("running", "weekly", "-period__starts_on", "others", "group__position", "group__code")
        .first()
    )


def own_units(user: User) -> frozenset[int]:
    """The units whose people a person belongs to, by id; only unit staff have any."""
    return frozenset(Unit.objects.of(user).values_list("pk", flat=True)) if user.role == Role.UNIT else frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """A ranking that can be chosen: its period, address and whether it is the one shown."""

    label: str
    url: str
    active: bool
    count: int | None = None
    published: bool = False


def _address(period: str, group: str) -> str:
    return reverse("reports:ranking", args=[period, group])


def group_choices(user: User, ranking: Ranking) -> list[Choice]:
    """The groups ranked in the same period, with the number of their units."""
    rows = (
        Ranking.objects.visible_to(user)
        .filter(period=ranking.period)
        .order_by("group__position", "group__code", "-revision")
        .values_list("group__code", "group__name", Count("rows"))
    )
    found: dict[str, Choice] = {}
    for code, name, units in rows:
        address = _address(ranking.period.code, code)
        found.setdefault(code, Choice(name, address, code == ranking.group.code, units))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Periods:
    """The picker: kinds to switch between, neighbours, and the periods of this kind, newest first."""

    kinds: list[Choice]
    listed: list[Choice]
    earlier: Choice | None
    later: Choice | None


def period_choices(user: User, ranking: Ranking) -> Periods:
    """The periods in which a group is ranked, as far as a person may see them."""
    group = Ranking.objects.visible_to(user).filter(group=ranking.group).order_by()
    same = Period.objects.filter(kind=ranking.period.kind, pk__in=group.values("period")).order_by("-starts_on")
    rows = same.values_list("code", Exists(group.filter(period=OuterRef("pk"), state="published")))
    later = rows.filter(starts_on__gt=ranking.period.starts_on).reverse()[:1]
    earlier = rows.filter(starts_on__lt=ranking.period.starts_on)[:1]

    def choice(row: tuple[str, bool]) -> Choice:
        code, published = row
        address = _address(code, ranking.group.code)
        return Choice(parse(code).label(), address, code == ranking.period.code, published=published)

    return Periods(
        kinds=_kinds(group, ranking),
        listed=[choice(row) for row in rows[:PICKED]],
        earlier=next(map(choice, earlier), None),
        later=next(map(choice, later), None),
    )


def _kinds(group: QuerySet[Ranking], ranking: Ranking) -> list[Choice]:
    """The kinds of periods in which a group is ranked, each leading to its newest one."""
    newest = dict(group.values_list("period__kind").annotate(Max("period__starts_on")))
    labels = dict(Period.Kind.choices)
    return [
        Choice(
            str(labels[kind]),
            _address(containing(newest[kind], kind).code, ranking.group.code),
            kind == ranking.period.kind,
        )
        for kind in KINDS
        if kind in newest
    ]


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of the table as it is printed; a band is a sentence in a row of its own before or after it."""

    row: RankingRow
    components: list[Shown]
    entry: ListEntry | None
    footnote: str
    look: str
    grade: str = ""
    word: str = ""
    step: str = ""
    band_before: str = ""
    band_after: str = ""


def page_rows(ranking: Ranking, *, after: int = 0) -> list[PageRow]:
    """A page of rows behind a position, with components and list entries; two statements."""
    rows = list(ranking_rows(ranking).filter(position__gt=after)[:PAGE])
    if not rows:
        return []
    spec, entries = RuleSpec.parse(ranking.rule.spec), ranking_entries(ranking)
    colors = [entries[row.unit_id].color if row.unit_id in entries else "" for row in rows]
    last_red = max((at for at, color in enumerate(colors) if color == "red"), default=-1)
    first_black = colors.index("black") if "black" in colors else -1
    red, black = (_band(name, who) for name, who in _bands(spec))
    steps = [_step(spec.boards[0], entries.get(row.unit_id)) for row in rows]
    return [
        PageRow(
            row=row,
            components=shown_components(row),
            entry=entries.get(row.unit_id),
            footnote=str(FOOTNOTES.get(row.footnote, row.footnote)),
            look=f"{color}-list" if color else "",
            grade=spec.band(row.score),
            word={"red": spec.red.word, "black": spec.black.word}.get(color, ""),
            step=steps[at],
            band_before=black if at == first_black else "",
            band_after=red if at == last_red else "",
        )
        for at, (row, color) in enumerate(zip(rows, colors, strict=True))
    ]


def _bands(spec: RuleSpec) -> list[tuple[str, str]]:
    """What the red and the black list are called, and who stands on them."""
    return [
        (spec.red.word or _("Red list"), red_sentence(spec.red)),
        (spec.black.word or _("Black list"), black_sentence(spec.black)),
    ]


def _band(name: str, who: str) -> str:
    return _("%(list)s: %(who)s") % {"list": name, "who": who} if who else ""


def _step(board: Board, entry: ListEntry | None) -> str:
    """What follows from a black listing by the rule."""
    return board.step(entry.consecutive) if entry and entry.color == ListEntry.Color.BLACK else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a further list with the list's word, and what follows from it."""

    entry: ListEntry
    word: str
    step: str


def further_lists(ranking: Ranking) -> list[tuple[str, list[Listed]]]:
    """The rule's further lists in its order, each with its entries by place; one statement."""
    if not ranking.rule.spec.get("lists"):
        return []
    spec = RuleSpec.parse(ranking.rule.spec)
    entries = ranking.entries.exclude(board="").select_related("unit").order_by("unit__code")
    found: dict[str, list[ListEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.reason["rank"]):
        found.setdefault(entry.board, []).append(entry)
    return [
        (board.name, [_listed(board, entry) for entry in found.get(board.name, [])])
        for board in spec.boards_in(ranking.period.kind)
        if board.name
    ]


def takes_marks(ranking: Ranking) -> bool:
    """Whether values are entered for the ranking's rule."""
    rows = ranking.rule.spec.get("components") or []
    parts = [part for row in rows if isinstance(row, dict) for part in (row, *row.get("parts", ()))]
    return any(part.get("kind") == "sheet" for part in parts)


def _listed(board: Board, entry: ListEntry) -> Listed:
    rule = board.red if entry.color == ListEntry.Color.RED else board.black
    return Listed(entry, rule.word or str(entry.get_color_display()), _step(board, entry))


def revisions(user: User, ranking: Ranking) -> list[Ranking]:
    """All revisions of a ranking that a person may see, the newest first."""
    found = Ranking.objects.visible_to(user).light().filter(period=ranking.period, group=ranking.group)
    return list(found.order_by("-revision"))
