"""Who may do what: one readable table of roles × permissions.

*Which rows* a person sees is decided elsewhere, by ``Model.objects.visible_to(user)``; this page only says which acts
a role may perform. A person holds exactly one role, so the three administrators are three separate accounts (三员分立).
"""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The eight roles; an account without one may sign in and do nothing."""

    OFFICE = "office", _("Creation office")
    INSPECTOR = "inspector", _("Inspector")
    UNIT = "unit", _("Unit staff")
    SUPERVISOR = "supervisor", _("Supervisor")
    MONITOR = "monitor", _("Public monitor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


class Permission(StrEnum):
    """One act that a role may or may not perform."""

    ENTER_INSPECTIONS = "enter_inspections"
    SEE_INSPECTIONS = "see_inspections"
    VOID_INSPECTIONS = "void_inspections"
    NOTE_PROBLEMS = "note_problems"
    PASTE_MESSAGES = "paste_messages"
    SEE_PROBLEMS = "see_problems"
    HAND_OVER = "hand_over"
    REPAIR = "repair"
    CHECK_REPAIRS = "check_repairs"
    SEE_APPEALS = "see_appeals"
    APPEAL = "appeal"
    DECIDE_APPEALS = "decide_appeals"
    RECHECK = "recheck"
    DRAW_RECHECKS = "draw_rechecks"
    WATCH_FAIRNESS = "watch_fairness"
    MANAGE_LEDGER = "manage_ledger"
    SEE_EXEMPTIONS = "see_exemptions"
    MANAGE_EXEMPTIONS = "manage_exemptions"
    SEE_UNITS = "see_units"
    MANAGE_UNITS = "manage_units"
    SEE_STANDARD = "see_standard"
    MANAGE_STANDARD = "manage_standard"
    MANAGE_CALENDAR = "manage_calendar"
    SEE_TASKS = "see_tasks"
    MANAGE_TASKS = "manage_tasks"
    REPORT_PROGRESS = "report_progress"
    SEE_RANKINGS = "see_rankings"
    SEE_DRAFT_RANKINGS = "see_draft_rankings"
    MANAGE_RULES = "manage_rules"
    CLOSE_PERIODS = "close_periods"
    PUBLISH = "publish"
    SEE_ADJUSTMENTS = "see_adjustments"
    PROPOSE_ADJUSTMENTS = "propose_adjustments"
    DECIDE_ADJUSTMENTS = "decide_adjustments"
    SEE_OBJECTIONS = "see_objections"
    RAISE_OBJECTIONS = "raise_objections"
    ANSWER_OBJECTIONS = "answer_objections"
    EXPORT = "export"
    ISSUE_PAPERS = "issue_papers"
    SEE_PAPERS = "see_papers"
    IMPORT = "import"
    MANAGE_USERS = "manage_users"
    ASSIGN_ROLES = "assign_roles"
    SEE_AUDIT = "see_audit"
    HANDLE_CITIZEN_REPORTS = "handle_citizen_reports"
    READ_SUGGESTIONS = "read_suggestions"
    READ_NOTICES = "read_notices"
    MANAGE_ROBOTS = "manage_robots"
    SEE_SUPERVISIONS = "see_supervisions"
    ISSUE_SUPERVISIONS = "issue_supervisions"


P, R = Permission, Role
OFFICE, INSPECTOR, UNIT, SUPERVISOR, MONITOR = R.OFFICE, R.INSPECTOR, R.UNIT, R.SUPERVISOR, R.MONITOR

TABLE: dict[Permission, frozenset[str]] = {
    P.ENTER_INSPECTIONS: frozenset({OFFICE, INSPECTOR}),
    P.SEE_INSPECTIONS: frozenset({OFFICE, INSPECTOR, UNIT, SUPERVISOR}),
    P.VOID_INSPECTIONS: frozenset({OFFICE}),
    P.NOTE_PROBLEMS: frozenset({OFFICE, INSPECTOR, MONITOR}),
    P.PASTE_MESSAGES: frozenset({OFFICE, INSPECTOR}),
    P.SEE_PROBLEMS: frozenset({OFFICE, INSPECTOR, UNIT, SUPERVISOR, MONITOR}),
    P.HAND_OVER: frozenset({OFFICE}),
    P.REPAIR: frozenset({UNIT}),
    P.CHECK_REPAIRS: frozenset({OFFICE}),
    P.SEE_APPEALS: frozenset({OFFICE, UNIT, SUPERVISOR}),
    P.APPEAL: frozenset({UNIT}),
    P.DECIDE_APPEALS: frozenset({OFFICE}),
    P.RECHECK: frozenset({OFFICE, INSPECTOR}),
    P.DRAW_RECHECKS: frozenset({OFFICE}),
    P.WATCH_FAIRNESS: frozenset({OFFICE}),
    P.MANAGE_LEDGER: frozenset({OFFICE}),
    P.SEE_EXEMPTIONS: frozenset({OFFICE, INSPECTOR, UNIT, SUPERVISOR}),
    P.MANAGE_EXEMPTIONS: frozenset({OFFICE}),
    P.SEE_UNITS: frozenset({OFFICE, INSPECTOR, UNIT, SUPERVISOR}),
    P.MANAGE_UNITS: frozenset({OFFICE}),
    P.SEE_STANDARD: frozenset({OFFICE, INSPECTOR, UNIT, SUPERVISOR}),
    P.MANAGE_STANDARD: frozenset({OFFICE}),
    P.MANAGE_CALENDAR: frozenset({OFFICE}),
    P.SEE_TASKS: frozenset({OFFICE, UNIT, SUPERVISOR}),
    P.MANAGE_TASKS: frozenset({OFFICE}),
    P.REPORT_PROGRESS: frozenset({UNIT}),
    P.SEE_RANKINGS: frozenset(Role.values),
    P.SEE_DRAFT_RANKINGS: frozenset({OFFICE, SUPERVISOR}),
    P.MANAGE_RULES: frozenset({OFFICE}),
    P.CLOSE_PERIODS: frozenset({OFFICE}),
    P.PUBLISH: frozenset({SUPERVISOR}),
    P.SEE_ADJUSTMENTS: frozenset({OFFICE, UNIT, SUPERVISOR}),
    P.PROPOSE_ADJUSTMENTS: frozenset({OFFICE}),
    P.DECIDE_ADJUSTMENTS: frozenset({SUPERVISOR}),
    P.SEE_OBJECTIONS: frozenset({OFFICE, UNIT, SUPERVISOR}),
    P.RAISE_OBJECTIONS: frozenset({UNIT}),
    P.ANSWER_OBJECTIONS: frozenset({OFFICE}),
    P.EXPORT: frozenset({OFFICE, SUPERVISOR}),
    P.ISSUE_PAPERS: frozenset({OFFICE}),
    P.SEE_PAPERS: frozenset({OFFICE, UNIT, SUPERVISOR}),
    P.IMPORT: frozenset({OFFICE}),
    P.MANAGE_USERS: frozenset({R.SYSTEM_ADMIN}),
    P.ASSIGN_ROLES: frozenset({R.SECURITY_ADMIN}),
    P.SEE_AUDIT: frozenset({R.AUDIT_ADMIN}),
    P.HANDLE_CITIZEN_REPORTS: frozenset({OFFICE}),
    P.READ_SUGGESTIONS: frozenset({R.SYSTEM_ADMIN}),
    P.READ_NOTICES: frozenset(Role.values),
    P.MANAGE_ROBOTS: frozenset({OFFICE}),
    P.SEE_SUPERVISIONS: frozenset({OFFICE, UNIT, SUPERVISOR}),
    P.ISSUE_SUPERVISIONS: frozenset({OFFICE}),
}


def allowed(role: str, permission: Permission) -> bool:
    """Whether a role may perform an act; an empty role may perform none."""
    return role in TABLE[permission]
