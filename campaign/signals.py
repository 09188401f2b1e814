"""Signing in and out, and failing to, are lines of the audit trail."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from .models import Event, User
from .queries import record


@receiver(user_logged_in)
def signed_in(user: User, **kwargs: Any) -> None:
    record("user.signed_in", user, by=user, reference=user.username)


@receiver(user_logged_out)
def signed_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record("user.signed_out", user, by=user, reference=user.username)


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], **kwargs: Any) -> None:
    """Only names of real accounts are kept: what was typed may be a password in the wrong field."""
    who = _known(credentials.get("username", ""))
    record("user.sign_in_failed", by=None, reference=who, result=Event.Result.REFUSED)


@receiver(user_locked_out)
def locked(username: str, **kwargs: Any) -> None:
    record("user.locked_out", by=None, reference=_known(username), result=Event.Result.REFUSED)


def _known(typed: str | None) -> str:
    known = User.objects.filter(username=(typed or "").replace("\x00", "")).values_list("username", flat=True).first()
    return known or "?"
