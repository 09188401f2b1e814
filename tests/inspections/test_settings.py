"""The ledger's settings: the office sets them, the trail keeps what they were."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from campaign.models import Event
from inspections.models import LedgerSettings
from inspections.queries.settings import ledger_settings

pytestmark = pytest.mark.django_db
PAGE = reverse("inspections:settings")


def test_defaults_hold_until_something_is_saved(city):
    assert ledger_settings().extensions == 1
    assert not LedgerSettings.objects.exists()


def test_the_office_changes_a_setting_with_its_trail(client, city):
    client.force_login(city.office)
    filled = client.get(PAGE).context["form"].initial

    assert client.post(PAGE, filled | {"extensions": 2}).status_code == 302
    assert ledger_settings().extensions == 2
    event = Event.objects.get(action="ledger_settings.changed")
    assert (event.before["extensions"], event.after["extensions"]) == (1, 2)


def test_a_number_that_is_none_explains_itself(client, city):
    client.force_login(city.office)
    answer = client.post(PAGE, {"extensions": "viele"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["extensions"]
    assert not LedgerSettings.objects.exists()


def test_there_is_one_row(city):
    with pytest.raises(IntegrityError):
        LedgerSettings.objects.create(only=2)
