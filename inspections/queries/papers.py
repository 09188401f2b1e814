"""What papers are made from, and the papers as a list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import last_numbers, running_campaign
from units.models import Membership

from ..documents.wording import Issuer, Matter
from ..models import Paper, PaperSettings, Photo, Plan, Problem, Step, Supervision
from ..rules import OPEN_STATES, Move, State

#: Letters speak of what stands with a unit.
WITH_A_UNIT = tuple(state for state in OPEN_STATES if state != State.NOTED)
PAGE = 50


def paper_settings() -> PaperSettings:
    """How the city's papers look and count; the defaults until somebody saves others."""
    return PaperSettings.objects.first() or PaperSettings()


def next_numbers(settings: PaperSettings, *, year: int) -> dict[str, int]:
    """Kind → the number that its next paper of a year gets; kinds that share a series say the same."""
    series = {str(kind): settings.series(kind, year=year) for kind in Paper.Kind}
    given = last_numbers(series.values())
    return {kind: given.get(name, 0) + 1 for kind, name in series.items()}


def issuer(settings: PaperSettings, *, on: date) -> Issuer:
    """Who issues papers. Raises ValidationError where neither the settings nor a campaign name a city."""
    campaign = running_campaign(on=on)
    head = settings.head or (f"{campaign.city}创建全国文明城市指挥部办公室" if campaign else "")
    if not head:
        raise ValidationError(_("Papers have no head yet: name the office in the settings of the papers."))
    return Issuer(
        head=head, signer=settings.signer or head, copies=settings.copies, contact=settings.contact,
        demands=settings.demands,
    )  # fmt: skip


def for_letters(problems: QuerySet[Problem]) -> QuerySet[Problem]:
    """Those of which a unit can be told: handed over and not over yet."""
    return problems.filter(state__in=WITH_A_UNIT)


def matters(keys: Sequence[int], *, requirement: str) -> list[Matter]:
    """The facts of problems, in the order of their keys; five statements whatever their number."""
    rows = Problem.objects.select_related("site", "unit", "item").in_bulk(keys)
    found = [rows[key] for key in keys]
    photos, steps, plans = _photos(keys), _steps(keys), _plans(keys)
    leaders = _leaders({row.unit_id for row in found})
    return [
        _matter(
            row, photos, steps.get(row.pk, []), plans.get((row.pk, row.unit_id)), leaders.get(row.unit_id, ""),
            requirement,
        )
        for row in found
    ]  # fmt: skip


def _matter(
    row: Problem,
    photos: Mapping[tuple[int, str], list[str]],
    steps: list[Step],
    plan: Plan | None,
    leader: str,
    requirement: str,
) -> Matter:
    """The plan says the measures and who sees to them; without one the last repair does, and the unit's leader."""
    repairs = [step.note for step in steps if step.move == Move.SUBMIT]
    measures = plan.measures if plan else repairs[-1] if repairs else ""
    return Matter(
        code=row.code, site=row.site.name if row.site else "", text=row.text, unit=row.unit.label,
        person=plan.responsible if plan else leader,
        severity=row.get_severity_display(), source=row.get_source_display(), state=row.get_state_display(),
        requirement=row.item.text if row.item else requirement, measures=measures,
        due_at=row.due_at, noted_at=row.noted_at, closed_at=row.closed_at,
        before=tuple(photos.get((row.pk, Photo.Role.BEFORE), ())),
        after=tuple(photos.get((row.pk, Photo.Role.AFTER), ())),
        story=tuple((step.at, _told(step)) for step in steps),
    )  # fmt: skip


def _told(step: Step) -> str:
    """A step in a line; a note may hold several."""
    words = f"{step.get_move_display()}（{step.unit.label}）"
    return f"{words}：{' '.join(step.note.split())}" if step.note else words


def _photos(keys: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    named = Photo.objects.filter(problem__in=keys).order_by("pk").values_list("problem_id", "role", "client_uuid")
    for problem, role, number in named:
        found[problem, role].append(str(number))
    return found


def _steps(keys: Sequence[int]) -> dict[int, list[Step]]:
    found: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(problem__in=keys).select_related("unit"):
        found[step.problem_id].append(step)
    return found


def _plans(keys: Sequence[int]) -> dict[tuple[int, int], Plan]:
    """Problem and unit → the latest plan that the unit wrote for it."""
    plans = Plan.objects.filter(problem__in=keys).order_by("at", "pk")
    return {(plan.problem_id, plan.unit_id): plan for plan in plans}


def _leaders(units: set[int]) -> dict[int, str]:
    """Unit → the name of the leader who was entered first."""
    named = Membership.objects.filter(unit__in=units, position=Membership.Position.LEADER, user__is_active=True)
    return dict(named.order_by("-pk").values_list("unit_id", "user__name"))


def without_paper(problems: Sequence[int]) -> Supervision | None:
    """The newest supervision that the office issued about one of these problems and that has no paper yet."""
    issued = Supervision.objects.filter(problem__in=problems, state=Supervision.State.ISSUED, number="")
    return issued.order_by("-pk").first()


def listed(user: User, wanted: Mapping[str, Any]) -> QuerySet[Paper]:
    """The papers this person sees, narrowed by the filters of ``PaperFilter``, newest first."""
    found = Paper.objects.visible_to(user).matching(wanted.get("q") or "").with_progress()
    if wanted.get("kind"):
        found = found.filter(kind=wanted["kind"])
    if wanted.get("unanswered"):
        found = found.unanswered()
    return found.select_related("unit", "issued_by").defer("content").order_by("-pk")


def page_of(papers: QuerySet[Paper], *, before: int | None) -> tuple[list[Paper], int | None]:
    """One page by key, and the key that the next page begins below (None: there is none)."""
    rows = list((papers.filter(pk__lt=before) if before else papers)[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def letters_by_unit(problems: QuerySet[Problem]) -> list[dict[str, Any]]:
    """Units with the number of their problems, in code order."""
    named = problems.order_by("unit__code").values("unit_id", "unit__label")
    return [dict(row) for row in named.annotate(problems=Count("pk"))]
