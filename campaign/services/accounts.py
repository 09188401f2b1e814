"""Writes about accounts."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from ..contact import masked
from ..models import PasswordHistory, User
from ..permissions import Role
from ..queries import record

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


def first_password() -> str:
    """A random password to hand over once: 14 characters without look-alikes, at least three classes."""
    letters, digits = (secrets.choice(ALPHABET) for _ in range(10)), (secrets.choice("23456789") for _ in range(3))
    return f"{''.join(letters)}-{''.join(digits)}"


@transaction.atomic
def create_account(*, username: str, name: str, by: User | None) -> tuple[User, str]:
    """A new account without a role, and its first password, which its owner must change at the first sign-in."""
    password = first_password()
    user = User.objects.create_user(username, password, name=name, must_change_password=True)
    record("user.created", user, by=by, reference=username, after={"name": name})
    return user, password


@transaction.atomic
def rename_account(*, user: User, name: str, is_active: bool, by: User, email: str | None = None) -> None:
    """Change the name on an account, its e-mail address (None: it stays) and whether it may sign in.

    A disabled person's sessions and token end at once. The trail keeps the address masked.
    """
    if user == by and not is_active:
        raise ValidationError({"is_active": _("You cannot disable your own account.")})
    stored = User.objects.get(pk=user.pk)
    address = stored.email if email is None else email
    before = {"name": stored.name, "is_active": stored.is_active, "email": masked(stored.email)}
    after = {"name": name, "is_active": is_active, "email": masked(address)}
    User.objects.filter(pk=user.pk).update(name=name, is_active=is_active, email=address)
    if not is_active:
        Token.objects.filter(user=user).delete()
    record("user.changed", user, by=by, reference=user.username, before=before, after=after)


@transaction.atomic
def assign_role(*, user: User, role: str, by: User) -> None:
    """Give an account its one role (or none). Nobody changes their own. Raises ValidationError."""
    if user == by:
        raise ValidationError({"role": _("Nobody changes their own role.")})
    if role and role not in Role.values:
        raise ValidationError({"role": _("There is no such role.")})
    before = user.role
    User.objects.filter(pk=user.pk).update(role=role)
    record("user.role_assigned", user, by=by, reference=user.username, before={"role": before}, after={"role": role})


@transaction.atomic
def reset_password(*, user: User, by: User) -> str:
    """Give an account a new first password and return it; the old one, all sessions and the token end with it."""
    password = first_password()
    _keep_old(user)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    Token.objects.filter(user=user).delete()
    record("user.password_reset", user, by=by, reference=user.username)
    return password


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime) -> None:
    """A person's own change of password; the old hash is remembered."""
    _keep_old(user)
    user.set_password(password)
    user.must_change_password, user.password_changed_at = False, at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    record("user.password_changed", user, by=user, reference=user.username)


@transaction.atomic
def issue_token(*, user: User, by: User | None) -> str:
    """A key for a program that calls the API as this person; an earlier key ends. Raises ValidationError."""
    if not user.is_active:
        raise ValidationError(_("This account is disabled."))
    Token.objects.filter(user=user).delete()
    record("user.token_issued", user, by=by, reference=user.username)
    return str(Token.objects.create(user=user).key)


def _keep_old(user: User) -> None:
    stored = User.objects.only("password").get(pk=user.pk)
    PasswordHistory.objects.create(user=user, password=stored.password)
