"""The demonstration's accounts: one per role that can sign in, and colleagues who cannot."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password

from campaign.models import User
from campaign.permissions import Role
from units.models import Membership, Unit

from .tables import column

#: The unit whose business the account ``unit`` sees: 枣园街道.
HOME_UNIT = "610602004"
INSPECTORS = 12
OFFICE_STAFF = 3


@dataclass(frozen=True, slots=True)
class People:
    """Ids of who acts in the history. ``contacts``: unit id → the person who repairs for it."""

    office: list[int]
    inspectors: list[int]
    supervisor: User
    closer: User
    monitor: int
    contacts: dict[int, int]


def make_people(units: dict[str, Unit]) -> People:
    """Create the accounts and give each unit its contact (联络员)."""
    names = iter(column("people"))
    password = make_password(settings.DEMO_PASSWORD)
    accounts = [_account(role, next(names), role, password) for role in Role.values]
    inspectors = [_account(f"inspector{n}", next(names), Role.INSPECTOR) for n in _others(INSPECTORS)]
    office = [_account(f"office{n}", next(names), Role.OFFICE) for n in _others(OFFICE_STAFF)]
    rest = list(names)
    holders = [unit for unit in units.values() if unit.group_id and unit.code != HOME_UNIT]
    contacts = [_account(f"u{unit.code.lower()}", rest[n % len(rest)], Role.UNIT) for n, unit in enumerate(holders)]
    User.objects.bulk_create([*accounts, *inspectors, *office, *contacts])
    by_role = {account.role: account for account in accounts}
    contact_of = {unit.pk: user.pk for unit, user in zip(holders, contacts, strict=True)}
    contact_of[units[HOME_UNIT].pk] = by_role[Role.UNIT].pk
    Membership.objects.bulk_create(
        Membership(unit_id=unit, user_id=user, position=Membership.Position.LEADER) for unit, user in contact_of.items()
    )
    return People(
        office=[by_role[Role.OFFICE].pk, *(user.pk for user in office)],
        inspectors=[by_role[Role.INSPECTOR].pk, *(user.pk for user in inspectors)],
        supervisor=by_role[Role.SUPERVISOR],
        closer=by_role[Role.OFFICE],
        monitor=by_role[Role.MONITOR].pk,
        contacts=contact_of,
    )


def _others(count: int) -> range:
    return range(2, count + 1)


def _account(username: str, name: str, role: str, password: str = "") -> User:
    """A demonstration account; without a password nobody can sign in as it."""
    return User(
        username=username,
        name=name,
        role=role,
        is_demo=True,
        password=password or make_password(None),
    )
