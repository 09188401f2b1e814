"""Repeats: the same fault at the same site again, marked when it is noted and unmarked when one before is void."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from ..models import Problem
from ..queries.settings import ledger_settings
from ..rules import State, similar


@dataclass(slots=True)
class Known:
    """One problem as far as a later one may repeat it."""

    pk: int
    site_id: int
    item_id: int | None
    text: str
    noted_at: datetime
    ended_at: datetime | None
    repeats: int = 0
    repeat_of: int | None = None

    def repeated_by(self, later: "Known", *, within: timedelta) -> bool:
        """The same item, or where one has none nearly the same words, while it is open or soon after it was closed."""
        same = self.item_id == later.item_id if self.item_id and later.item_id else similar(self.text, later.text)
        return same and (self.ended_at is None or later.noted_at - self.ended_at <= within)


def mark_repeats(ids: Iterable[int]) -> int:
    """Mark those of newly stored problems that repeat an earlier one at their site; returns how many.

    Set-wise, in the caller's transaction: three statements for any number of problems. Of several before it a problem
    repeats the latest; problems of one inspection do not repeat each other.
    """
    new = set(ids)
    within = timedelta(days=ledger_settings().repeat_days)
    sites = Problem.objects.filter(pk__in=new, site__isnull=False).values_list("site_id", "noted_at")
    noted = [at for _site, at in sites]
    if not noted or not within:
        return 0
    before = Q(closed_at=None) | Q(closed_at__gte=min(noted) - within)
    rows = Problem.objects.filter(
        before | Q(pk__in=new), site__in={site for site, _at in sites}, voided_at=None, noted_at__lte=max(noted)
    ).exclude(state__in=ENDED_OTHERWISE)
    found = _linked([*rows.order_by("noted_at", "pk").values_list(*COLUMNS)], new, within)
    _write(found)
    return len(found)


def mark_again(problem: Problem) -> None:
    """A problem that counts again repeats what was before it at its site, and what came after it may repeat it."""
    later = Problem.objects.filter(site=problem.site_id, noted_at__gt=problem.noted_at, voided_at=None)
    mark_repeats([problem.pk, *later.exclude(state__in=ENDED_OTHERWISE).values_list("pk", flat=True)])


#: States in which a problem was none, or went on as another.
ENDED_OTHERWISE = (State.CANCELLED, State.MERGED, State.SPLIT)
COLUMNS = ("pk", "site_id", "item_id", "text", "noted_at", "closed_at", "repeats", "repeat_of_id", "inspection_id")


def _linked(rows: list[tuple], new: set[int], within: timedelta) -> list[Known]:
    at_site: dict[int, list[tuple[Known, int | None]]] = defaultdict(list)
    found = []
    for *values, inspection in rows:
        problem = Known(*values)
        if problem.pk in new:
            before = reversed(at_site[problem.site_id])
            earlier = (one for one, seen_in in before if seen_in is None or seen_in != inspection)
            last = next((one for one in earlier if one.repeated_by(problem, within=within)), None)
            if last:
                problem.repeat_of, problem.repeats = last.pk, last.repeats + 1
                found.append(problem)
        at_site[problem.site_id].append((problem, inspection))
    return found


def _write(found: list[Known]) -> None:
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inspections_problem p SET repeat_of_id = v.before, repeats = v.repeats"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS v(id, before, repeats) WHERE p.id = v.id",
            [[one.pk for one in found], [one.repeat_of for one in found], [one.repeats for one in found]],
        )


def unlink(problem: Problem) -> None:
    """A problem that is none any more is repeated by nothing: what came after it follows on what was before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE later(id) AS ("
            "  SELECT id FROM inspections_problem WHERE repeat_of_id = %(id)s"
            "  UNION SELECT p.id FROM inspections_problem p JOIN later l ON p.repeat_of_id = l.id)"
            " UPDATE inspections_problem p SET repeats = p.repeats - 1, repeat_of_id ="
            "  CASE WHEN p.repeat_of_id = %(id)s THEN gone.repeat_of_id ELSE p.repeat_of_id END"
            " FROM later, inspections_problem gone WHERE p.id = later.id AND gone.id = %(id)s",
            {"id": problem.pk},
        )
    Problem.objects.filter(pk=problem.pk).update(repeat_of=None, repeats=0)
