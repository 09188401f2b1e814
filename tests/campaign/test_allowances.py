"""The limiter when many come at once, and when it is down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections

from campaign.models import Allowance, Suggestion
from campaign.services.allowances import Limit, TooMany, forget_allowances, look, take
from campaign.services.suggestions import suggest
from tests.city import NOON

FIVE = [Limit("test", "192.0.2.1", 5), Limit("test", "", 8)]


def one_more(_number: int = 0) -> bool:
    try:
        take(FIVE, at=NOON)
    except TooMany:
        return False
    finally:
        connections.close_all()
    return True


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_get_five_places():
    with ThreadPoolExecutor(8) as people:
        taken = list(people.map(one_more, range(40)))

    assert sum(taken) == 5
    assert Allowance.objects.get(key=FIVE[1].key).taken == [NOON] * 5


@pytest.mark.django_db
def test_looking_counts_nothing_and_says_the_same():
    for _number in range(5):
        look(FIVE, at=NOON)
        take(FIVE, at=NOON)

    with pytest.raises(TooMany):
        look(FIVE, at=NOON)


@pytest.mark.django_db
def test_no_address_stands_in_the_table():
    take(FIVE, at=NOON)

    assert "192.0.2.1" not in str(list(Allowance.objects.values()))


@pytest.mark.django_db
def test_counts_are_forgotten_after_their_hour():
    take(FIVE, at=NOON)

    assert forget_allowances(at=NOON + timedelta(minutes=59)) == 0
    assert forget_allowances(at=NOON + timedelta(hours=1)) == 2


@pytest.mark.django_db
def test_nothing_is_taken_while_the_limiter_is_down():
    def broken(execute, sql, params, many, context):
        if "campaign_allowance" in sql:
            raise OperationalError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken), pytest.raises(OperationalError):
        suggest(text="字太小", by=None, address="192.0.2.1", at=NOON)
    assert not Suggestion.objects.exists()
