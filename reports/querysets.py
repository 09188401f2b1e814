"""Sets of periods, rankings and documents."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from campaign.models import User
from campaign.permissions import Permission
from units.querysets import links_up_to

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from . import models  # noqa: F401 (named in the bases below)


class PeriodQuerySet(QuerySet["models.Period"]):
    """Periods."""

    def holding(self, day: date) -> Self:
        """The periods of every kind that a date belongs to."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class RankingQuerySet(QuerySet["models.Ranking"]):
    """Rankings."""

    @staticmethod
    def states_for(user: User) -> list[str]:
        """The states in which a person may see a ranking."""
        if user.can(Permission.SEE_DRAFT_RANKINGS):
            return ["draft", "closed", "published"]
        return ["published"] if user.can(Permission.SEE_RANKINGS) else []

    def visible_to(self, user: User) -> Self:
        """Published rankings are seen by everyone signed in, unpublished ones by the office and supervisors."""
        states = self.states_for(user)
        return self if len(states) == 3 else self.filter(state__in=states)

    def light(self) -> Self:
        """Without the frozen texts, which hold every input and may be megabytes long."""
        return self.defer("inputs", "snapshot")

    def published(self) -> Self:
        """Published rankings."""
        return self.filter(state="published")

    def unpublished(self) -> Self:
        """Drafts and closed ones."""
        return self.filter(~Q(state="published"))


class RankingRowQuerySet(QuerySet["models.RankingRow"]):
    """Rows of rankings."""

    def announced_to(self, user: User) -> Self:
        """The rows of a person's own units in closed rankings that are, or were, open to objection (公示)."""
        if not user.can(Permission.RAISE_OBJECTIONS):
            return self.none()
        return self.own_to(user).filter(ranking__state="closed", ranking__objections_until__isnull=False)

    def own_to(self, user: User) -> Self:
        """The rows of a person's own units and of those under them today."""
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("unit"))))


class ObjectionQuerySet(QuerySet["models.Objection"]):
    """Objections."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors see all, unit staff those of their units."""
        if not user.can(Permission.SEE_OBJECTIONS):
            return self.none()
        if user.can(Permission.SEE_DRAFT_RANKINGS):
            return self
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("unit"))))

    def open(self) -> Self:
        """Objections without an answer."""
        return self.filter(state="open")

    def counts(self) -> dict[str, int]:
        """How many are in each state and in ``all``; one statement."""
        named = {state: Count("pk", filter=Q(state=state)) for state in ("open", "upheld", "refused")}
        return self.order_by().aggregate(all=Count("pk"), **named)


class ScoringRuleQuerySet(QuerySet["models.ScoringRule"]):
    """Scoring rules."""

    def visible_to(self, user: User) -> Self:
        """Rules are seen as rules by those who manage them; everyone else reads them on the ranking they made."""
        return self if user.can(Permission.MANAGE_RULES) else self.none()


class DocumentQuerySet(QuerySet["models.Document"]):
    """Produced files."""

    def visible_to(self, user: User) -> Self:
        """A person sees the files they asked for, as long as they may export at all."""
        return self.filter(requested_by=user) if user.can(Permission.EXPORT) else self.none()


class AdjustmentQuerySet(QuerySet["models.Adjustment"]):
    """Points given or taken (加分/扣分)."""

    def visible_to(self, user: User) -> Self:
        """Who proposes or decides sees all; unit staff see what was approved, or revoked since, for their units."""
        if not user.can(Permission.SEE_ADJUSTMENTS):
            return self.none()
        if user.can(Permission.SEE_DRAFT_RANKINGS):
            return self
        own = Exists(links_up_to(user).filter(descendant=OuterRef("unit")))
        return self.filter(own, state__in=["approved", "revoked"])

    def counting(self) -> Self:
        """Approved and not revoked."""
        return self.filter(state="approved")

    def filtered(self, *, q: str, state: str, before: int | None) -> Self:
        """Adjustments by words of their code, unit or reason, by state, and older than a key."""
        found = self.filter(state=state) if state else self
        for word in q.split():
            found = found.filter(Q(code__icontains=word) | Q(reason__icontains=word) | Q(unit__label__icontains=word))
        return found.filter(pk__lt=before) if before else found

    def counts(self) -> dict[str, int]:
        """How many are in each state and in ``all``; one statement."""
        states = ("proposed", "approved", "refused", "revoked")
        named = {state: Count("pk", filter=Q(state=state)) for state in states}
        return self.order_by().aggregate(all=Count("pk"), **named)
