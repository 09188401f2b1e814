"""Sets of unit rows, started from the person."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Case, Count, Exists, Model, OuterRef, Q, QuerySet, When

from campaign.models import User
from campaign.permissions import Permission, Role

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from . import models  # noqa: F401 (named in the bases below)

#: What may be pinyin initials; one letter says too little.
INITIALS = re.compile(r"[A-Za-z0-9]{2,20}")
#: Roles that work with every unit of the city; all others see the units they are members of.
CITY_WIDE = frozenset({Role.OFFICE, Role.SUPERVISOR, Role.INSPECTOR})


def model(name: str) -> type[Model]:
    """A model of this app; they stand above this module and cannot be imported."""
    return apps.get_model("units", name)


def links_up_to(member: User) -> QuerySet[Model]:
    """Today's closure links whose superior is a unit that ``member`` belongs to."""
    return model("UnitLink")._default_manager.filter(valid_to=None, ancestor__memberships__user=member)


class UnitQuerySet(QuerySet["models.Unit"]):
    """Units."""

    def visible_to(self, user: User) -> Self:
        """City-wide roles see every unit, unit staff their own and what stands under it today."""
        if user.role in CITY_WIDE:
            return self
        return self.of(user)

    def named_by(self, user: User) -> Self:
        """Units that a form proposes to a person: who assigns roles names any, others those they see."""
        return self if user.can(Permission.ASSIGN_ROLES) else self.visible_to(user)

    def of(self, user: User) -> Self:
        """The units a person is a member of, and the units under them today."""
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("pk"))))

    def valid_on(self, day: date) -> Self:
        """Units that exist on a date."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def matching(self, text: str) -> Self:
        """Units whose code, name, short name, alias or pinyin initials contain ``text``."""
        return self.filter(
            Q(code__icontains=text)
            | Q(label__icontains=text)
            | Q(short_name__icontains=text)
            | Q(aliases__icontains=text)
            | Q(initials__icontains=text)
        )


class SiteQuerySet(QuerySet["models.Site"]):
    """Sites (点位)."""

    def visible_to(self, user: User) -> Self:
        """City-wide roles see every site; unit staff those that their units answer for, alone or with others."""
        if user.role in CITY_WIDE:
            return self
        if not user.can(Permission.SEE_UNITS):
            return self.none()
        from_links = links_up_to(user)
        return self.filter(
            Exists(from_links.filter(descendant=OuterRef("unit")))
            | Exists(
                model("Site_other_units")._default_manager.filter(
                    site=OuterRef("pk"), unit__in=from_links.values("descendant")
                )
            )
        )

    def open_to(self, user: User) -> Self:
        """Sites in use that a person may name in an entry: all for those who note problems, else those they see."""
        mine = self if user.can(Permission.NOTE_PROBLEMS) else self.visible_to(user)
        return mine.filter(active=True)

    def best_for(self, text: str) -> Self:
        """Sites matching ``text``: first those that begin with it, then those that hold it, then in mere order."""
        begins = Q(code__istartswith=text) | Q(name__istartswith=text) | Q(initials__istartswith=text)
        holds = Q(name__icontains=text) | Q(initials__icontains=text) | Q(aliases__icontains=text)
        begin_alike = Q(initials__istartswith=text[:2])
        nearness = Case(When(begins, then=0), When(holds, then=1), When(begin_alike, then=2), default=3)
        return self.matching(text).order_by(nearness, "code")

    def matching(self, text: str) -> Self:
        """Sites whose code, name, aliases, address or responsible unit contain every word of ``text``.

        Pinyin initials need only come in order: ``zysc`` finds 枣园春晖路农贸市场 (zychlnmsc).
        """
        found = self
        for word in text.split():
            place = Q(code__icontains=word) | Q(name__icontains=word) | Q(address__icontains=word)
            place |= Q(aliases__icontains=word)
            in_order = Q(initials__regex=".*".join(word.lower())) if INITIALS.fullmatch(word) else Q()
            found = found.filter(place | Q(unit__label__icontains=word) | in_order)
        return found


class TaskQuerySet(QuerySet["models.Task"]):
    """Tasks."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors see every task, unit staff those in which one of their units has a duty."""
        if user.role in (Role.OFFICE, Role.SUPERVISOR):
            return self
        if not user.can(Permission.SEE_TASKS):
            return self.none()
        return self.filter(Exists(TaskDutyQuerySet(model("TaskDuty")).visible_to(user).filter(task=OuterRef("pk"))))

    def matching(self, text: str) -> Self:
        """Tasks whose code or title contain every word of ``text``."""
        found = self
        for word in text.split():
            found = found.filter(Q(code__icontains=word) | Q(title__icontains=word))
        return found


class TaskDutyQuerySet(QuerySet["models.TaskDuty"]):
    """One unit's part in a task."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors see every duty, unit staff those of their units."""
        if user.role in (Role.OFFICE, Role.SUPERVISOR):
            return self
        if not user.can(Permission.SEE_TASKS):
            return self.none()
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("unit"))))

    def overdue(self, *, on: date) -> Self:
        """Duties past their day and not accepted."""
        return self.exclude(state="accepted").filter(due_on__lt=on)

    def filtered(self, *, q: str, state: str, unit: str, on: date) -> Self:
        """Duties by words of their task or unit, by state (or ``overdue``), and by a unit's code."""
        found = self.select_related("task", "unit")
        for word in q.split():
            found = found.filter(
                Q(task__code__icontains=word) | Q(task__title__icontains=word) | Q(unit__label__icontains=word)
            )
        if unit:
            found = found.filter(unit__code=unit)
        if state == "overdue":
            return found.overdue(on=on)
        return found.filter(state=state) if state else found

    def counts(self, *, on: date) -> dict[str, int]:
        """How many duties are in each state, ``overdue``, and in ``all``; one statement."""
        late = Q(due_on__lt=on) & ~Q(state="accepted")
        states = ("open", "reported", "returned", "accepted")
        named = {state: Count("pk", filter=Q(state=state)) for state in states}
        return self.order_by().aggregate(all=Count("pk"), overdue=Count("pk", filter=late), **named)
