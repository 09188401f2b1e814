"""Password rules of 等级保护: at least ten characters of three classes, 90 days, the last five barred.

Source: GB/T 22239-2019 (level 3) asks for complexity and periodic change; the numbers are the usual 测评 ones.
"""

import string
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import User

LIFETIME = timedelta(days=90)
REMEMBERED = 5
CLASSES_NEEDED = 3


def classes(password: str) -> int:
    """How many of the four classes a password has: capitals, small letters, digits, signs (everything else)."""
    known = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
    found = sum(any(letter in group for letter in password) for group in known)
    return found + any(letter not in "".join(known) for letter in password)


def must_change(user: User, *, at: datetime) -> bool:
    """Whether a person has to choose a new password before going on; demonstration accounts never have to."""
    if user.is_demo:
        return False
    return user.must_change_password or at - user.password_changed_at > LIFETIME


class ThreeClasses:
    """Three of the four classes of characters."""

    def validate(self, password: str, user: User | None = None) -> None:
        if classes(password) < CLASSES_NEEDED:
            raise ValidationError(
                _("Use at least three of these four: capitals, small letters, digits, signs."), code="password_classes"
            )

    def get_help_text(self) -> str:
        return _("Use at least three of these four: capitals, small letters, digits, signs.")


class NotRecent:
    """Not the current password nor one of the four before it."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        earlier = user.password_history.values_list("password", flat=True)[: REMEMBERED - 1]
        if any(check_password(password, hashed) for hashed in [user.password, *earlier]):
            raise ValidationError(_("This is one of your last five passwords; choose another."), code="password_recent")

    def get_help_text(self) -> str:
        return _("Not one of your last five passwords.")
