"""A big city in the database: 5,000 units, a measured month of constant size, and history before it of any length.

Everything is made by INSERT … SELECT, without triggers and secondary indexes while it is loaded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection

from campaign.models import Campaign, CheckItem, Indicator, SiteType, Standard, User
from campaign.permissions import Role
from campaign.rules import SHANGHAI
from reports.models import RuleUse, ScoringRule
from units.models import PeerGroup, Unit

MONTH = "2026-11"
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=SHANGHAI)
MONTH_STARTS = datetime(2026, 11, 1, tzinfo=SHANGHAI)
MONTH_DAYS = 27
HISTORY_DAYS = 3650
#: Inspections in the measured month, whatever the length of history; each has three answers and a problem.
IN_MONTH = 40_000
STREETS, COMMUNITIES, SITES, GROUPS = 500, 4_500, 15_000, 10

RULE: dict[str, Any] = {
    "components": [
        {"figure": "conformity", "mean": "by_site", "weight": "50"},
        {"figure": "rectified", "weight": "20"},
        {"figure": "on_time", "weight": "20"},
        {"figure": "prompt_receipt", "weight": "10"},
    ],
    "red": {"best": 5, "least_score": "80"},
    "black": {"worst": 5, "below": "60"},
}

UNITS = """
INSERT INTO units_unit (code, name, label, short_name, initials, kind, group_id, valid_from)
SELECT 'U' || lpad(n::text, 5, '0'), '单位' || n, '单位' || n, '', '',
       CASE WHEN n <= %(streets)s THEN 'street' ELSE 'community' END,
       (SELECT min(id) FROM units_peergroup) + (n - 1) %% %(groups)s, '2000-01-01'
  FROM generate_series(1, %(streets)s + %(communities)s) n;
INSERT INTO units_unitlink (ancestor_id, descendant_id, depth, valid_from)
SELECT id, id, 0, '2000-01-01'::date FROM units_unit
UNION ALL
SELECT a.id, d.id, 1, '2000-01-01' FROM units_unit d
  JOIN units_unit a ON a.code = 'U' || lpad(((substr(d.code, 2)::int %% %(streets)s) + 1)::text, 5, '0')
 WHERE d.kind = 'community';
INSERT INTO units_site (code, name, initials, type_id, unit_id, address, lat, lon, active)
SELECT 'P' || lpad(n::text, 6, '0'), '点位' || n, '', (SELECT min(id) FROM campaign_sitetype),
       (SELECT min(id) FROM units_unit WHERE kind = 'community') + n %% %(communities)s, '',
       36.6 + (hashint8(n) & 1023) / 1024.0, 109.3 + (hashint8(n * 3) & 1023) / 1024.0, true
  FROM generate_series(1, %(sites)s) n;
"""

#: One batch: numbers first to last, seen evenly over ``days`` days from ``start``.
BATCH = """
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT n AS id, s.id AS site_id, s.unit_id, (hashint8(n) & 1023) AS dice,
       %(start)s::timestamptz + (n - %(first)s) * %(days)s * interval '1 day' / %(count)s AS seen_at
  FROM generate_series(%(first)s, %(last)s) n
  JOIN units_site s ON s.id = (SELECT min(id) FROM units_site) + (hashint8(n * 7) & 2147483647) %% %(sites)s;

INSERT INTO inspections_inspection (id, code, payload_sha256, site_id, unit_id, inspector_id, kind, seen_at,
                                    recorded_at, note, earned, available, score, void_reason)
SELECT id, 'JC-' || id, '', site_id, unit_id, %(user)s, 'daily', seen_at, seen_at, '', 3 - dice %% 3, 3,
       round((3 - dice %% 3) * 100 / 3.0, 2), '' FROM made;

INSERT INTO inspections_answer (inspection_id, item_id, indicator_id, seen_at, outcome, note, earned, available)
SELECT made.id, i.id, i.indicator_id, seen_at, CASE WHEN dice %% 3 > k THEN 'not_met' ELSE 'met' END, '',
       CASE WHEN dice %% 3 > k THEN 0 ELSE 1 END, 1
  FROM made CROSS JOIN (SELECT id, indicator_id, row_number() OVER (ORDER BY id) - 1 AS k
                          FROM campaign_checkitem ORDER BY id LIMIT 3) i;

INSERT INTO inspections_inspectionunit (inspection_id, unit_id, direct, site_id, seen_at, earned, available)
SELECT made.id, l.ancestor_id, l.depth = 0, site_id, seen_at, 3 - dice %% 3, 3
  FROM made JOIN units_unitlink l ON l.descendant_id = made.unit_id;

INSERT INTO inspections_problem (id, code, payload_sha256, site_id, unit_id, inspection_id, text, severity, source,
                                 state, version, "limit", noted_by_id, noted_at, handed_over_at, receive_due_at,
                                 received_at, due_at, submitted_at, closed_at, sent_back, voided_at, false_repair_at,
                                 repeat_of_id, repeats, fixed_on_spot)
SELECT id, 'WT-' || id, '', site_id, unit_id, id,
       (ARRAY['垃圾未及时清理', '公益广告破损', '井盖缺失', '占道经营', '灭火器过期', '车辆乱停乱放'])[1 + id %% 6],
       CASE WHEN id %% 10 = 0 THEN 'serious' ELSE 'normal' END,
       (ARRAY['inspection', 'inspection', 'hotline', 'citizen', 'superior', 'media'])[1 + id / 6 %% 6],
       CASE WHEN closed THEN 'closed'
            ELSE (ARRAY['handed_over', 'received', 'submitted', 'sent_back'])[1 + id %% 4] END,
       3, '3d', %(user)s, seen_at, seen_at, seen_at + interval '4 hours', seen_at + dice * interval '20 seconds',
       seen_at + interval '3 days', seen_at + interval '2 days',
       CASE WHEN closed THEN seen_at + (1 + dice / 400.0) * interval '1 day' END, 0,
       CASE WHEN closed AND dice %% 101 = 7 THEN seen_at + interval '6 days' END,
       CASE WHEN closed AND dice %% 61 = 7 THEN seen_at + interval '5 days' END,
       CASE WHEN dice %% 19 = 7 AND id > 1 THEN id - 1 END, (dice %% 19 = 7 AND id > 1)::int,
       closed AND dice %% 17 = 7
  FROM (SELECT *, %(history)s OR seen_at < %(start)s::timestamptz + (%(days)s - 5) * interval '1 day' AND dice > 5
               OR dice > 900 AS closed FROM made) m;

INSERT INTO inspections_step (problem_id, move, state, unit_id, by_id, at, note)
SELECT id, k, 'submitted', unit_id, %(user)s, seen_at + interval '2 days', '' FROM made
 CROSS JOIN (VALUES ('submit')) AS v(k)
UNION ALL SELECT id, 'send_back', 'sent_back', unit_id, %(user)s, seen_at + interval '2 days', '' FROM made
 WHERE dice %% 10 = 0;
"""

TABLES = (
    "inspections_inspection",
    "inspections_answer",
    "inspections_inspectionunit",
    "inspections_problem",
    "inspections_step",
)
AT_ONCE = 500_000


def found() -> None:
    """Units, sites, the standard and the rule."""
    office = User.objects.create_user("office", name="office", role=Role.OFFICE)
    User.objects.create_user("supervisor", name="supervisor", role=Role.SUPERVISOR)
    standard = Standard.objects.create(code="S", name="S")
    Campaign.objects.create(
        name="C", city="C", standard=standard, starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31)
    )
    kind = SiteType.objects.create(code="T", name="T")
    for number in range(10):
        indicator = Indicator.objects.create(standard=standard, code=str(number), level=1, text=str(number))
        CheckItem.objects.create(
            standard=standard, code=str(number), site_type=kind, indicator=indicator, text=str(number)
        )
    Standard.objects.filter(pk=standard.pk).update(state=Standard.State.PUBLISHED)
    PeerGroup.objects.bulk_create(PeerGroup(code=f"G{n}", name=f"G{n}", position=n) for n in range(GROUPS))
    with connection.cursor() as cursor:
        cursor.execute(UNITS, {"streets": STREETS, "communities": COMMUNITIES, "groups": GROUPS, "sites": SITES})
    rule = ScoringRule.objects.create(code="R", name="R", spec=RULE, created_by=office)
    RuleUse.objects.bulk_create(RuleUse(rule=rule, group=group, kind="month") for group in PeerGroup.objects.all())
    assert Unit.objects.count() == STREETS + COMMUNITIES  # noqa: S101


def add_month() -> None:
    """The measured month."""
    _add(1, IN_MONTH, MONTH_STARTS, MONTH_DAYS)


def add_history(first: int, last: int) -> Iterator[int]:
    """History before the month, numbers ``first`` to ``last``; yields how far it is."""
    start = datetime(2016, 11, 4, tzinfo=SHANGHAI)
    while first <= last:
        upto = min(first + AT_ONCE - 1, last)
        _add(first, upto, start, HISTORY_DAYS)
        yield upto
        first = upto + 1


def _add(first: int, last: int, start: datetime, days: int) -> None:
    user = User.objects.get(username="office").pk
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '256MB'")
        cursor.execute(
            BATCH,
            {
                "first": first, "last": last, "count": last - first + 1, "start": start, "days": days, "user": user,
                "sites": SITES, "history": start < MONTH_STARTS,
            },
        )  # fmt: skip
        cursor.execute("COMMIT")


@contextmanager
def without_indexes() -> Iterator[None]:
    """Load with the primary keys only, and build the other indexes afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')"
            " WHERE i.indrelid::regclass::text = ANY(%s) AND c.oid IS NULL",
            [list(TABLES)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cursor.execute(definition)


def settle() -> None:
    """What autovacuum would have done by now."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        cursor.execute("ANALYZE; CHECKPOINT")
