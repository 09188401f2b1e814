"""The sheet of accounts."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.permissions import Permission, Role
from campaign.resources.cells import Choice, Code, Several, Words, YesNo
from campaign.resources.sheet import NEW, Check, Column, SheetResource

from ..models import Membership
from ..services.sheets import AccountRow, store_accounts
from .names import unit_names

ROLE_NAMES = {
    "office": ["创建办", "文明办"], "inspector": ["督查员", "检查员"], "unit": ["单位", "单位人员", "联络员"],
    "supervisor": ["督查室", "领导"], "monitor": ["社会监督员"], "system_admin": ["系统管理员"],
    "security_admin": ["安全管理员"], "audit_admin": ["审计管理员"],
}  # fmt: skip


class UserSheet(SheetResource):
    """Accounts and the units they belong to; a row is found again by its user name. Passwords are never in a sheet."""

    kind = "users"
    title = gettext_lazy("People")

    username = Column(Code(60), "用户名", "账号", attribute="username", required=True)
    name = Column(Words(60), "姓名", "名称", attribute="name", required=True)
    role = Column(Choice.of(Role, ROLE_NAMES), "角色", attribute="role")
    units = Column(Several(), "所属单位", "单位", attribute="works_for")
    leads = Column(Several(), "负责单位", "主管单位", attribute="leads")
    active = Column(YesNo(), "启用", attribute="is_active")

    def examine(self, check: Check) -> None:
        check.once("username")
        names = unit_names()
        for column in ("units", "leads"):
            check.cleaned[column] = check.resolve_several(column, names)
        stored = self._stored()
        self._check_roles(check, stored)
        check.compare({row: self._row(check, row, stored) for row in check.right()}, stored)
        if count := check.counts[NEW]:
            check.note(
                _("%(count)s new accounts have no password; give them one on the page “People”.") % {"count": count}
            )

    @staticmethod
    def _check_roles(check: Check, stored: Mapping[str, AccountRow]) -> None:
        """Roles are given by the security administrator alone (三员分立), whoever brings the sheet."""
        if not check.has("role") or check.by is None or check.by.can(Permission.ASSIGN_ROLES):
            return
        for row in list(check.right()):
            before = stored.get(check.cleaned["username"][row])
            if (check.cleaned["role"][row] or "") != (before.role if before else ""):
                check.fault(row, "role", _("Roles are given by the security administrator; leave the cell as it is."))

    @staticmethod
    def _stored() -> dict[str, AccountRow]:
        fields = ("username", "name", "role", "is_active", "staff_ids", "lead_ids")
        return {
            name: AccountRow(name, called, role, active, tuple(sorted(staff)), tuple(sorted(leads)))
            for name, called, role, active, staff, leads in with_units(User.objects.all()).values_list(*fields)
        }

    @staticmethod
    def _row(check: Check, row: int, stored: Mapping[str, AccountRow]) -> AccountRow:
        cells = check.cleaned
        before = stored.get(cells["username"][row])
        leads = tuple(sorted(cells["leads"][row]))
        works = tuple(sorted(set(cells["units"][row]) - set(leads)))
        active = cells["active"][row]
        if before:
            leads = leads if check.has("leads") else before.leads or ()
            works = works if check.has("units") else before.works_for or ()
            active = before.active if active is None else active
        role = cells["role"][row] or ""
        return AccountRow(
            cells["username"][row], cells["name"][row], role if check.has("role") or not before else before.role,
            active is not False, works, leads,
        )  # fmt: skip

    def write(self, check: Check) -> None:
        store_accounts(rows=check.plan, new=check.counts[NEW], by=check.by)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[User]:
        users = User.objects.visible_to(user) if user else User.objects.all()
        if filters.get("role"):
            users = users.filter(role=filters["role"])
        return with_units(users).order_by("username")


def with_units(users: QuerySet[User]) -> QuerySet[Any]:
    """Accounts with the codes and ids of the units they work for and lead."""
    member = Membership.objects.filter(user=OuterRef("pk")).order_by("unit__code")
    staff, lead = (member.filter(position=position) for position in ("staff", "leader"))
    return users.annotate(
        works_for=ArraySubquery(staff.values("unit__code")), leads=ArraySubquery(lead.values("unit__code")),
        staff_ids=ArraySubquery(staff.values("unit_id")), lead_ids=ArraySubquery(lead.values("unit_id")),
    )  # fmt: skip
