"""Accounts: signing in, passwords, roles, and the trail they leave."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from campaign.models import Event, User
from campaign.passwords import classes, must_change
from campaign.permissions import TABLE, Role
from campaign.services import accounts as services
from tests.city import make_user

PASSWORD = "Correct-horse-9"


def sign_in(client, username, password=PASSWORD):
    return client.post("/sign-in/", {"username": username, "password": password})


@pytest.mark.parametrize(
    ("password", "fit"),
    [
        ("Abcdefgh-1", True), ("abcdefgh-1", True), ("ABCDEFGH11a", True), ("市民公约Ab12345", True),
        ("Abcdef-1", False), ("abcdefghij", False), ("abcdefghi1", False), ("1234567890", False),
        ("password123", False), ("newcomer-A1", False), ("", False),
    ],
)  # fmt: skip
def test_password_rules(db, password, fit):
    user = make_user("newcomer")

    try:
        validate_password(password, user)
    except ValidationError:
        assert not fit
    else:
        assert fit


def test_classes_are_counted_once_each():
    assert [classes(word) for word in ("", "aa", "aA", "aA1", "aA1-", "中文")] == [0, 1, 2, 3, 4, 1]


def test_the_last_five_passwords_are_barred(db):
    user = make_user("newcomer")
    for n in range(5):
        services.change_password(user=user, password=f"Another-horse-{n}", at=timezone.now())

    for n in range(5):
        with pytest.raises(ValidationError):
            validate_password(f"Another-horse-{n}", user)
    validate_password(PASSWORD, user)


def test_a_first_password_must_be_changed_before_anything_else(client, db):
    _, password = services.create_account(username="newcomer", name="新人", by=None)
    sign_in(client, "newcomer", password)

    assert client.get("/suggestions/").headers["Location"] == "/password/"
    second = "Second-horse-9"
    client.post("/password/", {"old_password": password, "new_password1": second, "new_password2": second})
    assert client.get("/suggestions/").status_code == 200


def test_a_password_older_than_90_days_is_due(db):
    user = make_user("newcomer")

    assert not must_change(user, at=user.password_changed_at + timedelta(days=90))
    assert must_change(user, at=user.password_changed_at + timedelta(days=90, seconds=1))


def test_demonstration_accounts_never_have_to(db):
    assert not must_change(make_user("demo", is_demo=True), at=timezone.now() + timedelta(days=999))


def test_demonstration_accounts_work_only_in_the_demonstration(client, db, settings):
    make_user("demo", Role.OFFICE, is_demo=True)
    settings.DEMO = False

    assert sign_in(client, "demo").status_code == 200
    settings.DEMO = True
    assert sign_in(client, "demo").status_code == 302


def test_five_wrong_passwords_lock_the_account_for_that_address(client, db):
    make_user("newcomer")
    for _ in range(5):
        answer = sign_in(client, "newcomer", "wrong")

    assert answer.status_code == 429
    assert sign_in(client, "newcomer").status_code == 429
    right = {"username": "newcomer", "password": PASSWORD}
    assert client.post("/sign-in/", right, REMOTE_ADDR="10.1.1.1").status_code == 302
    assert Event.objects.filter(action="user.locked_out", reference="newcomer").exists()


def test_signing_in_and_failing_to_leave_a_line(client, db):
    make_user("newcomer")
    sign_in(client, "newcomer", "wrong")
    sign_in(client, "my-secret-password", "oops")
    sign_in(client, "newcomer")

    trail = list(Event.objects.order_by("id").values_list("action", "reference", "result", "ip"))
    assert trail == [
        ("user.sign_in_failed", "newcomer", "refused", "127.0.0.1"),
        ("user.sign_in_failed", "?", "refused", "127.0.0.1"),
        ("user.signed_in", "newcomer", "done", "127.0.0.1"),
    ]


def test_a_disabled_person_is_out_at_once(client, city):
    client.force_login(city.office)
    services.rename_account(user=city.office, name="x", is_active=False, by=city.people[Role.SYSTEM_ADMIN])

    assert client.get("/audit/").status_code == 302


def test_system_administrator_makes_an_account_without_a_role(client, city):
    client.force_login(city.people[Role.SYSTEM_ADMIN])

    page = client.post("/users/new/", {"username": "lin", "name": "林一", "role": "office"})

    made = User.objects.get(username="lin")
    assert made.role == ""
    assert made.must_change_password
    assert page.context["password"] in page.text


def test_a_user_name_taken_is_said_beside_the_field(client, city):
    client.force_login(city.people[Role.SYSTEM_ADMIN])

    page = client.post("/users/new/", {"username": "office", "name": "x"})

    assert page.status_code == 422
    assert page.context["form"].errors["username"]


def test_security_administrator_assigns_a_role(client, city):
    client.force_login(city.people[Role.SECURITY_ADMIN])

    client.post("/users/leader/", {"role": "supervisor"})

    assert User.objects.get(username="leader").role == "supervisor"
    event = Event.objects.get(action="user.role_assigned")
    assert (event.before, event.after) == ({"role": "unit"}, {"role": "supervisor"})


def test_nobody_changes_their_own_role(client, city):
    client.force_login(city.people[Role.SECURITY_ADMIN])

    page = client.post("/users/security_admin/", {"role": "system_admin"})

    assert page.status_code == 422
    assert User.objects.get(username="security_admin").role == "security_admin"


def test_the_system_administrator_cannot_assign_roles(client, city):
    client.force_login(city.people[Role.SYSTEM_ADMIN])

    client.post("/users/leader/", {"role": "supervisor", "name": "leader", "is_active": "on"})

    assert User.objects.get(username="leader").role == "unit"


def test_a_reset_password_is_shown_once_and_works(client, city):
    client.force_login(city.people[Role.SYSTEM_ADMIN])

    password = client.post("/users/leader/password/").context["password"]

    client.logout()
    assert sign_in(client, "leader", password).headers["Location"] == "/"


def test_three_administrators_share_no_permission():
    admins = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
    held = [{permission for permission, roles in TABLE.items() if role in roles} for role in admins]

    for_everybody = {permission for permission, roles in TABLE.items() if roles == set(Role.values)}

    assert set.intersection(*held[:2]) == set.intersection(*held[1:]) == for_everybody


def test_an_unknown_role_is_refused_by_the_database(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("x", "king")


def test_the_trail_cannot_be_changed_in_the_database(db):
    services.create_account(username="newcomer", name="x", by=None)

    for change in (lambda: Event.objects.update(action="x"), lambda: Event.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_the_audit_administrator_reads_the_trail_by_filter(client, city):
    services.create_account(username="newcomer", name="x", by=city.office)
    client.force_login(city.people[Role.AUDIT_ADMIN])

    assert "user.created" in client.get("/audit/", {"who": "office"}).text
    assert "user.created" not in client.get("/audit/", {"who": "nobody"}).text
    assert client.get("/audit/", {"first": "2026-02-02", "last": "2026-01-01"}).status_code == 422


def test_the_trail_is_paged(client, city, django_assert_max_num_queries):
    for n in range(60):
        services.create_account(username=f"n{n}", name="x", by=None)
    client.force_login(city.people[Role.AUDIT_ADMIN])

    with django_assert_max_num_queries(6):
        first = client.get("/audit/")
    second = client.get("/audit/" + first.context["next"])

    assert not {event.pk for event in first.context["rows"]} & {event.pk for event in second.context["rows"]}


def test_a_new_installation_gets_its_three_administrators_once(client, db, capsys):
    call_command("first_accounts")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()[:3]]
    assert {(name, User.objects.get(username=name).role) for name, *_ in lines} == {
        ("system_admin",) * 2, ("security_admin",) * 2, ("audit_admin",) * 2,
    }  # fmt: skip
    assert sign_in(client, lines[0][0], lines[0][-1]).headers["Location"] == "/"
    assert client.get("/users/").headers["Location"] == "/password/"
    with pytest.raises(CommandError, match="already"):
        call_command("first_accounts")
