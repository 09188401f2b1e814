"""One digest a working day: whom it tells what, once, whoever dies or runs twice (row J2)."""

import signal
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Delivery, Notice, Robot
from campaign.permissions import Role
from campaign.services.notices import notify
from campaign.services.sending import send_due
from inspections.models import Climb, Digest, LedgerSettings, Problem, Supervision
from inspections.rules import Move
from inspections.services.digests import write_digest
from inspections.services.ladder import climb
from tests.city import MONDAY, at, make_user
from tests.inspections.ledger import TEN, advance, make_problem
from tests.inspections.test_ladder import make_some
from tests.processes import ended, in_process, killed_after
from units.models import Membership

THURSDAY, FRIDAY = MONDAY + timedelta(days=3), MONDAY + timedelta(days=4)
DECEMBER = at(date(2026, 12, 4), 10)


@pytest.fixture
def problem(city) -> Problem:
    """Handed over on Monday at ten, due on Thursday at ten."""
    return advance(make_problem(city), Move.HAND_OVER, city=city)


@pytest.fixture
def clerk(city):
    clerk = make_user("clerk", Role.UNIT)
    Membership.objects.create(user=clerk, unit=city.east, position="staff")
    return clerk


def swept(moment) -> int | None:
    climb(now=moment)
    return write_digest(now=moment)


def told() -> dict[str, list[str]]:
    """User name → the sentences of their digest."""
    return {row.person.username: [line["text"] for line in row.texts] for row in Notice.objects.filter(kind="digest")}


def test_staff_hears_before_the_leader_after_the_deadline(problem, clerk):
    swept(at(THURSDAY - timedelta(days=1), 10))
    assert told() == {"clerk": ["11月26日 10:00 到期：WT-2611-0001 门口垃圾未清理（东街）"]}

    Notice.objects.all().delete()
    swept(at(THURSDAY, 11))
    assert told() == {"leader": ["11月26日 10:00 起超期：WT-2611-0001 门口垃圾未清理（东街）"]}


def test_without_staff_the_leader_hears_of_both(problem):
    swept(at(THURSDAY - timedelta(days=1), 10))

    assert set(told()) == {"leader"}


def test_office_and_supervisor_hear_of_what_stays(problem):
    swept(DECEMBER)

    assert set(told()) == {"leader", "office", "supervisor"}
    assert told()["office"][0].startswith("待发督办单")


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [at(THURSDAY, 8, 29), at(THURSDAY, 12, 30), at(THURSDAY, 19), at(MONDAY, 10)])
def test_not_before_its_time_nor_when_nobody_works(problem, moment):
    LedgerSettings.objects.create(remind_before="1h", digest_at="10:30")

    assert swept(moment) is None
    assert not Digest.objects.exists()


def test_one_a_day_and_what_comes_later_waits_for_the_next(problem, city):
    assert swept(at(THURSDAY, 9)) == 1
    assert swept(at(THURSDAY, 15)) is None
    assert Climb.objects.get(rung="overdue").told_on is None

    assert swept(at(FRIDAY, 9)) == 1
    assert Notice.objects.filter(kind="digest").count() == 2


def test_what_was_put_right_meanwhile_is_not_told(problem, city):
    climb(now=at(THURSDAY, 17))
    advance(problem, Move.RECEIVE, Move.SUBMIT, city=city, when=at(THURSDAY, 17, 30))

    assert write_digest(now=at(FRIDAY, 9)) == 0


def test_those_who_left_hear_nothing(problem, city):
    city.leader.is_active = False
    city.leader.save()

    assert swept(at(THURSDAY, 11)) == 0


def test_a_neighbour_hears_nothing(problem, city):
    swept(DECEMBER)

    assert "neighbour" not in told()


def test_hundreds_are_counted_not_listed_at_the_same_cost(city):
    def statements(count: int, day: date) -> int:
        make_some(city, count)
        climb(now=at(day))
        with CaptureQueriesContext(connection) as captured:
            write_digest(now=at(day))
        return len(captured)

    assert statements(2, date(2026, 12, 3)) == statements(200, date(2026, 12, 4))
    newest = Notice.objects.filter(person=city.leader).first()
    assert newest.texts[-1]["text"] == "另有 170 个见问题台账"


def test_an_e_mail_tells_the_digest_and_what_else_is_unread(problem, city, settings):
    settings.EMAIL_ON, settings.SITE_URL = True, "https://wenming.example"
    city.leader.email = "leader@city.example"
    city.leader.save()
    notify([city.leader], sentence="Daily digest", key="x", at=TEN)
    swept(at(THURSDAY, 11))
    send_due(now=at(THURSDAY, 11))

    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["leader@city.example"], "11月26日创城工作提醒")
    assert "WT-2611-0001" in letter.body
    assert "每日汇总" in letter.body
    assert letter.body.endswith("https://wenming.example/inbox/")


def test_an_e_mail_tells_nothing_twice(problem, city, settings):
    settings.EMAIL_ON = True
    city.leader.email = "leader@city.example"
    city.leader.save()
    swept(at(THURSDAY, 11))
    swept(at(FRIDAY, 11))

    assert Delivery.objects.count() == 1


def test_without_a_mail_server_nothing_waits(problem, city):
    city.leader.email = "leader@city.example"
    city.leader.save()
    swept(at(THURSDAY, 11))

    assert not Delivery.objects.exists()


def test_a_chat_group_hears_numbers_only(problem, city):
    Robot.objects.create(code="JQ-1", name="群", kind="wecom", host="h", address="x")
    Robot.objects.create(code="JQ-2", name="别群", kind="wecom", host="h", address="x", tells_overdue=False)
    swept(at(THURSDAY, 11))

    assert [(row.robot.code, row.text) for row in Delivery.objects.all()] == [
        ("JQ-1", "11月26日超期未整改：1 件\n街道：1 件")
    ]


def everything() -> tuple[list, list, list]:
    """What a sweep leaves behind, without database ids."""
    return (
        sorted(Climb.objects.values_list("problem__code", "rung", "told_on")),
        sorted(Supervision.objects.values_list("problem__code", "state")),
        sorted((row.person.username, row.key, len(row.lines)) for row in Notice.objects.select_related("person")),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statements", [1, 3, 5, 8, 11, 14, 17, 20])
def test_a_sweep_killed_anywhere_is_finished_by_the_next(city, statements):
    make_some(city, 5)
    assert ended(in_process(lambda: killed_after(statements, lambda: swept(DECEMBER)))) == -signal.SIGKILL

    swept(DECEMBER)

    climbs, drafts, notices = everything()
    assert len(climbs) == 15
    assert {day for _code, _rung, day in climbs} == {date(2026, 12, 4)}
    assert [state for _code, state in drafts] == ["draft"] * 5
    assert notices == [
        ("leader", "digest:2026-12-04", 5),
        ("office", "digest:2026-12-04", 5),
        ("supervisor", "digest:2026-12-04", 5),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_ten_sweeps_at_once_are_one(city, round_):
    make_some(city, 20)

    codes = [ended(child) for child in [in_process(lambda: swept(DECEMBER)) for _ in range(10)]]

    assert codes == [0] * 10
    swept(DECEMBER + timedelta(minutes=5))
    climbs, drafts, notices = everything()
    assert (len(climbs), len(drafts), len(notices)) == (60, 20, 3)
    assert Digest.objects.count() == 1
