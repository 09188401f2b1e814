"""Sets of campaign rows: what a person may see, what is in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Q, QuerySet

from .permissions import Permission

if TYPE_CHECKING:
    from . import models


class UserQuerySet(QuerySet["models.User"]):
    """Accounts."""

    def visible_to(self, user: models.User) -> Self:
        """Accounts are seen by the system and the security administrator only; everyone sees their own."""
        if user.can(Permission.MANAGE_USERS) or user.can(Permission.ASSIGN_ROLES):
            return self
        return self.filter(pk=user.pk)

    def with_unread(self) -> Self:
        """Accounts with ``unread_found``: how many notices each has not opened."""
        return self.annotate(unread_found=Count("notices", filter=Q(notices__read_at=None)))


class StandardQuerySet(QuerySet["models.Standard"]):
    """Editions of the assessment standard."""

    def visible_to(self, user: models.User) -> Self:
        """Drafts are for those who write them; published editions for everyone who works with the standard."""
        if user.can(Permission.MANAGE_STANDARD):
            return self
        return self.filter(state="published") if user.can(Permission.SEE_STANDARD) else self.none()

    def in_force(self) -> Self:
        """The published editions that running campaigns use."""
        return self.filter(state="published", campaigns__isnull=False).distinct()


class CheckItemQuerySet(QuerySet["models.CheckItem"]):
    """Items of the checklists."""

    def in_force(self) -> Self:
        """Items of the published editions that running campaigns use, not withdrawn."""
        return self.filter(standard__state="published", standard__campaigns__isnull=False, active=True).distinct()


class EventQuerySet(QuerySet["models.Event"]):
    """The audit trail."""

    def visible_to(self, user: models.User) -> Self:
        """The trail is read by the audit administrator and nobody else."""
        return self if user.can(Permission.SEE_AUDIT) else self.none()

    def between(self, *, first: date | None, last: date | None) -> Self:
        """Events of the days ``first`` to ``last``, both included (Asia/Shanghai)."""
        since = Q(at__date__gte=first) if first else Q()
        until = Q(at__date__lte=last) if last else Q()
        return self.filter(since, until)


class ChainHeadQuerySet(QuerySet["models.ChainHead"]):
    """Daily heads of the chain over the audit trail."""

    def visible_to(self, user: models.User) -> Self:
        """Heads are for the audit administrator, as the trail is."""
        return self if user.can(Permission.SEE_AUDIT) else self.none()


class ImportRunQuerySet(QuerySet["models.ImportRun"]):
    """Uploads of spreadsheets."""

    def visible_to(self, user: models.User) -> Self:
        """A person sees their own uploads, as long as they may import at all."""
        may = user.can(Permission.IMPORT) or user.can(Permission.MANAGE_USERS)
        return self.filter(by=user) if may else self.none()

    def unfinished(self, *, before: datetime) -> Self:
        """Uploads that wait for a job, or whose job began before a moment and never ended."""
        stuck = Q(state__in=["checking", "writing"], claimed_at__lt=before)
        return self.filter(Q(state__in=["waiting", "confirmed"]) | stuck)


class SuggestionQuerySet(QuerySet["models.Suggestion"]):
    """Complaints and suggestions about the system itself."""

    def visible_to(self, user: models.User) -> Self:
        """They are read by the system administrator only."""
        return self if user.can(Permission.READ_SUGGESTIONS) else self.none()


class NoticeQuerySet(QuerySet["models.Notice"]):
    """What the system tells people."""

    def visible_to(self, user: models.User) -> Self:
        """Nobody reads another person's inbox."""
        return self.filter(person=user) if user.can(Permission.READ_NOTICES) else self.none()

    def unread(self) -> Self:
        """Notices that the person has not opened."""
        return self.filter(read_at=None)
