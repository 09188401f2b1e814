"""The measurements: each gives lines of what was measured, the ratio or time, and the figure to reach."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.models import User
from inspections.forms.ledger import ProblemFilter
from inspections.queries.ledger import ALL, counts, narrowed
from reports.models import Period, Ranking
from reports.queries.figures import parameters, statement
from reports.queries.tables import Facts
from reports.rules.parts import Need
from reports.rules.periods import parse
from reports.rules.scoring import Placed, decimal, place
from reports.rules.spec import RuleSpec
from reports.services import open_period, refresh, refreshing
from reports.views.cached import at_hand
from units.models import PeerGroup

from . import data

ROUNDS = 7
#: Requests of one kind in a row: short, so that the shortest of many rounds meets a calm moment.
AT_A_TIME = 10
LISTS = ("/problems/", "/inspections/", "/units/", "/sites/", "/tasks/")


@dataclass(frozen=True)
class Line:
    """One measured thing; ``reached`` and ``needed`` as text, ``good`` None where there is no figure to reach."""

    what: str
    reached: str
    needed: str = ""
    good: bool | None = None


def best_of(*acts: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The shortest time of each act in seconds; they take turns, so that a busy moment hits all alike."""
    times: list[list[float]] = [[] for _ in acts]
    for _round in range(rounds):
        for act, found in zip(acts, times, strict=True):
            start = time.perf_counter()
            act()
            found.append(time.perf_counter() - start)
    return [min(found) for found in times]


def milliseconds(seconds: float) -> str:
    """Seconds as text in ms."""
    return f"{seconds * 1000:.1f} ms"


# The month's ranking


def spec(mean: str = "by_site") -> RuleSpec:
    """The rule that is measured, with a mean of conformity."""
    conformity, *others = data.RULE["components"]
    return RuleSpec.parse(data.RULE | {"components": [conformity | {"mean": mean}, *others]})


def month() -> Period:
    """The measured month, opened before it ended."""
    return open_period(code=data.MONTH, now=data.NOW)


def ranked(period: Period, rule: RuleSpec) -> list[Placed]:
    """The month's ranking of all groups through our own code, not written."""
    facts = Facts(period, data.NOW)
    return [row for group in PeerGroup.objects.all() for row in place(rule, facts.table(rule, group.pk))]


def raw_statement(rule: RuleSpec) -> str:
    """The one statement that yields the same numbers: figures, scores and places of every unit."""
    needs = [need for need in rule.needs() if isinstance(need, Need)]
    figures = [f"f{at} (unit, n, d) AS ({statement(need)})" for at, need in enumerate(needs)]
    values = [f"round(100 * f{at}.n::numeric / f{at}.d, 2)" for at in range(len(rule.components))]
    columns = ", ".join(f"f{at}.n, f{at}.d, {value} AS v{at}" for at, value in enumerate(values))
    pairs = ", ".join(f"({part.weight}, {value})" for part, value in zip(rule.components, values, strict=True))
    joins = " ".join(f"LEFT JOIN f{at} ON f{at}.unit = u.id" for at in range(len(values)))
    return f"""
WITH {", ".join(figures)},
scored AS (
  SELECT u.group_id, u.code, {columns}, (SELECT round(sum(w * v) / sum(w), 2) FROM (VALUES {pairs}) p(w, v)
    WHERE v IS NOT NULL) AS score FROM units_unit u {joins} WHERE u.group_id IS NOT NULL)
SELECT *, rank() OVER (PARTITION BY group_id ORDER BY score DESC) FROM scored ORDER BY group_id, score DESC, code
"""  # noqa: S608


def raw_rows(rule: RuleSpec) -> list[tuple[Any, ...]]:
    """The rows of the raw statement."""
    with connection.cursor() as cursor:
        cursor.execute(raw_statement(rule), parameters(parse(data.MONTH).window(data.NOW)))
        return cursor.fetchall()


def month_ranking(period: Period, mean: str) -> tuple[float, list[Line]]:
    """Ours against the raw statement, after checking that both say the same; also gives our seconds."""
    rule = spec(mean)
    ours = [(row.code, decimal(row.scored.score or 0, 2), row.rank) for row in ranked(period, rule)]
    theirs = [(row[1], row[-2], row[-1]) for row in raw_rows(rule)]
    same = ours == theirs
    mine, raw = best_of(partial(ranked, period, rule), partial(raw_rows, rule))
    lines = [
        Line(f"month ranking of 5,000 units, {mean}", milliseconds(mine)),
        Line("the one raw statement", milliseconds(raw), "the same numbers", same),
        Line("ranking ÷ raw statement", f"{mine / raw:.2f} ×", "≤ 1.3 ×", mine / raw <= 1.3),
    ]
    return mine, lines


@dataclass
class Statements:
    """Adds up the time, and our own processor time, that statements take."""

    seconds: float = 0
    processor: float = 0

    def __call__(self, execute: Any, *given: Any) -> Any:
        """Called by the connection around each statement."""
        return self.timed(execute, *given)

    def timed(self, act: Any, *given: Any) -> Any:
        """Do it and count its time."""
        start, processor = time.perf_counter(), time.process_time()
        try:
            return act(*given)
        finally:
            self.seconds += time.perf_counter() - start
            self.processor += time.process_time() - processor


def roll_up_job(period: Period) -> list[Line]:
    """What a roll-up costs over its statements, the COPY included.

    Judged by our own processor time, which is the time passed on a machine that does nothing else.
    """
    found = []
    copy = refreshing.copy_rows
    for _round in range(ROUNDS):
        clock = Statements()
        refreshing.copy_rows = lambda *given, clock=clock: clock.timed(copy, *given)
        start, processor = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(clock), transaction.atomic():
            refresh(period=period, now=data.NOW)
            whole, ours = time.perf_counter() - start, time.process_time() - processor
        found.append((ours - clock.processor, whole, clock.seconds))
    refreshing.copy_rows = copy
    over, whole, statements = min(found)
    return [
        Line("roll-up of 5,000 units", milliseconds(whole)),
        Line("of that its statements", milliseconds(statements)),
        Line("roll-up − its statements, time passed", milliseconds(whole - statements)),
        Line("roll-up − its statements, processor time", milliseconds(over), "≤ 50 ms", over <= 0.05),
    ]


# Pages


class Caller:
    """Calls the whole stack of middleware and view, as a server would, signed in."""

    def __init__(self, username: str) -> None:
        client = Client()
        client.force_login(User.objects.get(username=username))
        self.cookies = SimpleCookie(client.cookies)
        self.handler = WSGIHandler()
        self.headers: dict[str, str] = {}

    def keep_cookies(self) -> None:
        """Send from now on what the last answer set, as a browser would."""
        self.cookies.load(self.headers.get("Set-Cookie", ""))

    def get(self, path: str, **headers: str) -> int:
        """Answer one request and read it to its end; gives the status."""
        status: list[str] = []
        cookies = self.cookies.output(header="", sep=";").strip()
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(), "HTTP_COOKIE": cookies, "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1",
        } | headers  # fmt: skip

        def start(said: str, headers: Any, _info: Any = None, /) -> Callable[[bytes], object]:
            status.append(said)
            self.headers = dict(headers)
            return status.__contains__

        response = self.handler(environ, start)
        for _part in response:
            pass
        response.close()
        return int(status[0][:3])


def ranking_page() -> list[Line]:
    """The page of 500 rows, cold, from a warm cache and unchanged, against an empty view behind the same middleware."""
    shown = Ranking.objects.light().select_related("period", "group").filter(period__code=data.MONTH).first()
    assert shown is not None  # noqa: S101
    path = shown.get_absolute_url()
    with override_settings(ROOT_URLCONF="reports.management.bench.urls"):
        cold = [cold_page(path) for _round in range(5)]
        caller = Caller("supervisor")
        statuses = {caller.get(path), caller.get("/empty/anyone/"), caller.get("/empty/")}
        caller.get(path)
        caller.keep_cookies()
        caller.get(path)
        unchanged = {"HTTP_IF_NONE_MATCH": caller.headers["ETag"]}
        not_modified = caller.get(path, **unchanged)
        page, same, empty, anyone = best_of(
            partial(several, caller, path),
            partial(several, caller, path, **unchanged),
            partial(several, caller, "/empty/"),
            partial(several, caller, "/empty/anyone/"),
            rounds=60,
        )
    return [
        Line("answers", f"{sorted(statuses)} {not_modified}", "200, 304", statuses == {200} and not_modified == 304),
        Line("ranking page of 500 rows, cold", milliseconds(min(cold)), "< 300 ms", min(cold) < 0.3),
        Line("ranking page, warm", f"{AT_A_TIME / page:.0f} a second"),
        Line("÷ empty page, signed in", f"{empty / page * 100:.0f} %", "≥ 70 %", empty / page >= 0.7),
        Line("÷ empty page that asks nobody who they are", f"{anyone / page * 100:.0f} %"),
        Line(
            "ranking page, unchanged (304) ÷ empty page", f"{empty / same * 100:.0f} %", "≥ 70 %", empty / same >= 0.7
        ),
    ]


def cold_page(path: str) -> float:
    """Seconds that a page takes when nothing is kept."""
    cache.clear()
    at_hand.clear()
    caller = Caller("supervisor")
    caller.get("/empty/")
    start = time.perf_counter()
    caller.get(path)
    return time.perf_counter() - start


def several(caller: Caller, path: str, **headers: str) -> None:
    """Ask for a page some times in a row."""
    for _time in range(AT_A_TIME):
        caller.get(path, **headers)


def list_pages() -> list[Line]:
    """How many statements a list page of a full database costs."""
    caller = Caller("office")
    found = []
    for path in LISTS:
        caller.get(path)
        with CaptureQueriesContext(connection) as queries:
            start = time.perf_counter()
            status = caller.get(path)
            took = time.perf_counter() - start
        count = len(queries)
        good = status == 200 and count <= 15
        found.append(Line(f"{path} in {milliseconds(took)}", f"{count} statements", "≤ 15", good))
    return found


#: Filters of the ledger, and the same in SQL: each is counted by both, and they must agree.
LEDGER_FILTERS = {
    "": "true",
    "severity=serious": "severity = 'serious'",
    "source=hotline": "source = 'hotline'",
    "unit=U00001": "unit_id IN (SELECT descendant_id FROM units_unitlink l JOIN units_unit u ON u.id = l.ancestor_id"
    " WHERE u.code = 'U00001')",
    "site=%E7%82%B9%E4%BD%8D1": "site_id IN (SELECT id FROM units_site WHERE name LIKE '%点位1%')",
    "q=%E4%BA%95%E7%9B%96": "text LIKE '%井盖%'",
    "overdue=on": "closed_at IS NULL AND due_at < now()",
    "first=2026-11-01&last=2026-11-10": "noted_at >= '2026-11-01 00:00+08' AND noted_at < '2026-11-11 00:00+08'",
    "state=all&order=due": "true",
    "state=all&order=due&after=WT-500000": "true",
    "state=all&after=WT-500000": "true",
    "state=closed&order=due&first=2026-11-01&last=2026-11-10": "noted_at >= '2026-11-01 00:00+08'"
    " AND noted_at < '2026-11-11 00:00+08'",
    "state=all&q=WT-10000": "code LIKE '%WT-10000%'",
    "mine=on&source=media": "source = 'media'",  # all were noted by the office
    "handled=on": "false",
    "asks=on": "false",
    "due=2026-11-20": "due_at >= '2026-11-20 00:00+08' AND due_at < '2026-11-21 00:00+08'",
    "severity=serious&source=hotline&q=%E4%BA%95%E7%9B%96": "severity = 'serious' AND source = 'hotline'"
    " AND text LIKE '%井盖%'",
}
#: Figures for one million problems; a longer ledger is measured, not judged.
MILLION = 1_000_000


def ledger_filters(problems: int) -> list[Line]:
    """The first page of the ledger under each filter: its time, its ratio to the raw count, and whether it is right."""
    office = User.objects.get(username="office")
    client = Client(SERVER_NAME="localhost")
    client.force_login(office)
    lines = []
    for query, condition in LEDGER_FILTERS.items():
        path = f"/problems/?{query or 'state=open'}"
        page, raw = best_of(partial(client.get, path), partial(raw_count, condition), rounds=3)
        right = counted(office, query) == raw_count(condition)
        figure = 1 if query else 0.3
        reached = f"{milliseconds(page)}, {page / raw:.1f} × raw"
        if problems > MILLION:
            lines.append(Line(path[:48], reached, "right", right))
        else:
            lines.append(Line(path[:48], reached, f"< {figure * 1000:.0f} ms, right", right and page < figure))
    return lines


def counted(user: User, query: str) -> int:
    """How many problems the ledger counts under a filter, in all states together."""
    form = ProblemFilter(QueryDict(query))
    form.is_valid()
    return counts(narrowed(user, form.cleaned_data, at=timezone.now()))[ALL]


def raw_count(condition: str) -> int:
    """How many problems fulfil a condition, in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM inspections_problem WHERE {condition}")  # noqa: S608
        return int(cursor.fetchone()[0])
