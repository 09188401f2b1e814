"""Issuing papers: a run names them, each is issued with its number in one transaction, its files come after.

The row is the queue: a worker that dies leaves papers that are issued whole, and others that have no number yet.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import User
from campaign.permissions import Permission
from campaign.queries import go_on_from, record, take_numbers
from campaign.rules import day_of
from campaign.sentences import joined
from campaign.services.notices import notify
from units.models import Membership

from ..documents import wording
from ..documents.paper import Paper as Words
from ..documents.paper import frozen
from ..models import Paper, PaperProblem, PaperReply, PaperRun, PaperRunItem, PaperSettings, Problem, Supervision
from ..pictures import Decoder
from ..queries.papers import for_letters, issuer, matters, next_numbers, paper_settings, without_paper
from .paper_files import NO_FONT, NoChineseFont, Pictures, file_of, keep_output, load_pictures

#: So many papers of one run, and so many problems of one ledger: what is more is refused, never cut.
MOST_PAPERS = 500
MOST_LINES = 1_000
#: A run on which nothing moved for longer than this lost its worker.
FORGOTTEN = timedelta(minutes=3)
ATTEMPTS = 5
#: Papers are official Chinese documents, whoever asks for them.
LANGUAGE = "zh-hans"

LAY_OUT: dict[str, Callable[[Sequence[wording.Matter], wording.Issuer, wording.Order], Words]] = {
    Paper.Kind.HAND_OVER: wording.hand_over_sheet,
    Paper.Kind.NOTICE: wording.repair_notice,
    Paper.Kind.SUPERVISION: wording.supervision_order,
    Paper.Kind.LEDGER: wording.ledger_of,
}


@transaction.atomic
def request_papers(
    *, kind: str, problems: QuerySet[Problem], by: User, at: datetime, output: str = "",
    filters: Mapping[str, Any] | None = None, options: Mapping[str, Any] | None = None,
) -> PaperRun:  # fmt: skip
    """Ask for the papers of a kind about problems that the person sees: one per unit, per matter, or one ledger.

    ``options``: ``until`` (ISO day), ``contact``, ``overseer``, ``replaces`` (token of the paper that is corrected).
    Raises PermissionDenied, or ValidationError where there is nothing to tell of, or too much.
    """
    if not by.can(Permission.ISSUE_PAPERS):
        raise PermissionDenied
    groups = _groups(kind, problems)
    rows = sum(len(keys) for _unit, keys in groups)
    if not rows:
        raise ValidationError(_("None of these problems stands with a unit: there is nothing to issue a paper about."))
    if len(groups) > MOST_PAPERS or (kind == Paper.Kind.LEDGER and rows > MOST_LINES):
        raise ValidationError(
            _("Too much at once: at most %(papers)s papers, and %(lines)s problems in a ledger. Narrow the list.")
            % {"papers": MOST_PAPERS, "lines": MOST_LINES}
        )
    run = PaperRun.objects.create(
        kind=kind, output=output, filters=dict(filters or {}), options=dict(options or {}), requested_by=by,
        requested_at=at,
    )  # fmt: skip
    PaperRunItem.objects.bulk_create(
        PaperRunItem(run=run, position=place, unit_id=unit, problems=keys)
        for place, (unit, keys) in enumerate(groups, 1)
    )
    after = {"filters": dict(filters or {}), "rows": rows, "papers": len(groups), "output": output}
    record("papers.requested", run, by=by, reference=kind, after=after)
    return run


def _groups(kind: str, problems: QuerySet[Problem]) -> list[tuple[int | None, list[int]]]:
    """The unit and the problems of each paper."""
    if kind == Paper.Kind.LEDGER:
        keys = list(problems.order_by("unit__code", "due_at", "pk").values_list("pk", flat=True)[: MOST_LINES + 1])
        return [(None, keys)]
    rows = for_letters(problems).order_by("unit__code", "unit_id", "due_at", "pk").values_list("unit_id", "pk")
    if kind == Paper.Kind.SUPERVISION:
        return [(unit, [pk]) for unit, pk in rows]
    return [(unit, [pk for _unit, pk in group]) for unit, group in groupby(rows, key=lambda row: row[0])]


@transaction.atomic
def request_file(*, paper: Paper, output: str, by: User, at: datetime) -> PaperRun:
    """Ask a worker for a file of a paper that is issued already."""
    run = PaperRun.objects.create(kind=paper.kind, output=output, requested_by=by, requested_at=at)
    PaperRunItem.objects.create(run=run, position=1, unit=paper.unit, paper=paper)
    record("papers.requested", run, by=by, reference=paper.number, after={"output": output, "rows": paper.count})
    return run


def work(*, pk: int, at: datetime) -> bool:
    """Issue and write what a run still lacks; whoever changes its state works on it. Returns whether this call did."""
    waiting = PaperRun.objects.filter(pk=pk, state=PaperRun.State.WAITING)
    if not waiting.update(state=PaperRun.State.RUNNING, attempts=F("attempts") + 1, claimed_at=Now()):
        return False
    run = PaperRun.objects.select_related("requested_by").get(pk=pk)
    try:
        _work(run, at)
    except NoChineseFont:
        _give_up(run, str(NO_FONT), at)
    except ValidationError as refused:
        _give_up(run, joined(refused.messages), at)
    except BaseException:
        PaperRun.objects.filter(pk=pk, state=PaperRun.State.RUNNING).update(state=PaperRun.State.WAITING)
        raise
    return True


def _work(run: PaperRun, at: datetime) -> None:
    """Item by item; pictures are kept from one to the next only where all go into one file."""
    pictures: Pictures = {}
    apart = not run.output or run.output.endswith("_zip")
    papers = []
    with Decoder() as decoder:
        for item in run.items.order_by("position"):
            paper = issue(item=item, run=run, at=at)
            papers.append(paper)
            if run.output:
                load_pictures([paper], pictures, decoder)
                file_of(paper, run.output.partition("_")[0], at=at, pictures=pictures)
            if apart:
                pictures.clear()
            PaperRun.objects.filter(pk=run.pk).update(claimed_at=Now())
    keep_output(run, papers, pictures, at=at)


def _give_up(run: PaperRun, sentence: str, at: datetime) -> None:
    PaperRun.objects.filter(pk=run.pk).update(state=PaperRun.State.FAILED, error=sentence[:200], finished_at=at)


def sweep_runs(*, now: datetime) -> list[int]:
    """Put back runs whose worker died, give up after `ATTEMPTS`; returns the keys that wait."""
    left = PaperRun.objects.filter(state=PaperRun.State.RUNNING, claimed_at__lt=now - FORGOTTEN)
    sentence = _("It could not be finished. The papers that are issued stand in the list; ask for the others again.")
    left.filter(attempts__gte=ATTEMPTS).update(state=PaperRun.State.FAILED, error=sentence[:200], finished_at=now)
    left.filter(attempts__lt=ATTEMPTS).update(state=PaperRun.State.WAITING)
    return list(PaperRun.objects.filter(state=PaperRun.State.WAITING).order_by("pk").values_list("pk", flat=True)[:20])


def issue(*, item: PaperRunItem, run: PaperRun, at: datetime) -> Paper:
    """Issue one paper of a run, once: number, words, problems, trail and notices in one transaction."""
    with transaction.atomic(), translation.override(LANGUAGE):
        item = (
            PaperRunItem.objects.select_for_update(of=("self",)).select_related("paper__unit", "unit").get(pk=item.pk)
        )
        if item.paper:
            return item.paper
        settings, replaced = paper_settings(), _replaced(run)
        facts = matters(item.problems, requirement=settings.requirement)
        office = issuer(settings, on=day_of(at))
        number = _next_number(settings.series(run.kind, year=day_of(at).year))
        order = _order(run, item, number=number, day=day_of(at), replaces=replaced.number if replaced else "")
        supervision = without_paper(item.problems) if run.kind == Paper.Kind.SUPERVISION else None
        if supervision:
            order = replace(order, asked=supervision.requirement, until=order.until or supervision.deadline)
        words = LAY_OUT[run.kind](facts, _with_contact(office, run.options.get("contact", "")), order)
        paper = Paper.objects.create(
            kind=run.kind, number=number, unit=item.unit, count=len(facts), content=frozen(words), replaces=replaced,
            issued_by=run.requested_by, issued_at=at,
        )  # fmt: skip
        PaperProblem.objects.bulk_create(
            PaperProblem(paper=paper, problem_id=key, position=place) for place, key in enumerate(item.problems, 1)
        )
        PaperRunItem.objects.filter(pk=item.pk).update(paper=paper)
        if supervision:
            Supervision.objects.filter(pk=supervision.pk).update(number=paper.number)
        _tell(paper, run)
    return paper


def _replaced(run: PaperRun) -> Paper | None:
    """The paper that this one corrects. Raises ValidationError where another correction was faster."""
    token = run.options.get("replaces")
    if not token:
        return None
    found = Paper.objects.get(token=token)
    if Paper.objects.filter(replaces=found).exists():
        raise ValidationError(_("%(number)s has been corrected already.") % {"number": found.number})
    return found


def _next_number(series: str) -> str:
    """The next number of a series; it goes back with the transaction."""
    return series.replace("{number}", str(take_numbers(series)[0]))


def _order(run: PaperRun, item: PaperRunItem, *, number: str, day: date, replaces: str) -> wording.Order:
    until = run.options.get("until")
    return wording.Order(
        number=number, day=day, to=item.unit.label if item.unit else "", replaces=replaces,
        until=date.fromisoformat(until) if until else None, overseer=run.options.get("overseer", ""),
    )  # fmt: skip


def _with_contact(office: wording.Issuer, contact: str) -> wording.Issuer:
    if not contact:
        return office
    return replace(office, contact=contact)


def _tell(paper: Paper, run: PaperRun) -> None:
    after = {
        "kind": paper.kind,
        "rows": paper.count,
        "unit": paper.unit.code if paper.unit else "",
        "run": str(run.token),
    }
    if paper.replaces:
        after["replaces"] = paper.replaces.number
    record("paper.issued", paper, by=run.requested_by, after=after)
    if paper.unit is None:
        return
    people = Membership.objects.filter(unit=paper.unit, user__is_active=True).values_list("user_id", flat=True)
    notify(
        people, sentence=gettext_noop("%(number)s has been issued to %(unit)s."), key=f"paper:{paper.token}",
        at=paper.issued_at, values={"number": paper.number, "unit": paper.unit.label}, url=paper.get_absolute_url(),
    )  # fmt: skip


@transaction.atomic
def reply_to_paper(*, paper: Paper, text: str, by: User, at: datetime) -> PaperReply:
    """Record what the unit answers, and tell who issued the paper. Raises PermissionDenied, ValidationError."""
    if not by.can(Permission.REPAIR) or not Paper.objects.visible_to(by).filter(pk=paper.pk).exists():
        raise PermissionDenied
    longest = PaperReply._meta.get_field("text").max_length or 0
    words = text.strip()
    if not words or len(words) > longest:
        raise ValidationError({"text": _("Between 1 and %(count)s characters, please.") % {"count": longest}})
    reply = PaperReply.objects.create(paper=paper, text=words, by=by, at=at)
    record("paper.answered", paper, by=by)
    notify(
        [paper.issued_by_id], sentence=gettext_noop("%(unit)s has answered %(number)s."), key=f"reply:{reply.pk}",
        at=at, values={"number": paper.number, "unit": str(paper.unit)}, url=paper.get_absolute_url(),
    )  # fmt: skip
    return reply


@transaction.atomic
def save_paper_settings(
    *, settings: PaperSettings, by: User, year: int, numbers: Mapping[str, int] | None = None
) -> None:
    """Keep how papers look and count, with a line of the trail.

    ``numbers``: kind → the number with which its series of the year goes on, for an office whose papers had numbers
    before; never one that was given out. Of kinds that share a series the greatest holds.
    """
    before, after = _told(paper_settings()), _told(settings)
    settings.save()
    standing = next_numbers(settings, year=year)
    for kind, number in (numbers or {}).items():
        if number > standing[kind]:
            go_on_from(settings.series(kind, year=year), number)
            before[f"{kind}_next"], after[f"{kind}_next"] = str(standing[kind]), str(number)
    changed = {name for name in after if before[name] != after[name]}
    if changed:
        record(
            "paper_settings.changed", by=by, reference="papers",
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip


def _told(settings: PaperSettings) -> dict[str, str]:
    """What the trail holds: whether there is a contact, never whom it names."""
    names = [field.name for field in PaperSettings._meta.fields if field.name not in ("only", "contact")]
    return {name: str(getattr(settings, name)) for name in names} | {"contact": "***" if settings.contact else ""}
