"""Accounts: one person, one role."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..permissions import Permission, Role, allowed
from ..querysets import UserQuerySet

#: More unread notices than this are not counted.
MOST_COUNTED = 99


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes accounts with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account; without a password it cannot sign in."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create the first account of an installation (``manage.py createsuperuser``): a system administrator."""
        return self.create_user(username, password, **({"role": Role.SYSTEM_ADMIN} | fields))


class User(AbstractBaseUser):
    """A person's account. ``role`` decides what they may do, memberships and the role decide what they see."""

    username = models.CharField(_("user name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("For the daily digest; empty: none is sent"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("demonstration account"), default=False, editable=False)
    must_change_password = models.BooleanField(default=False, editable=False)
    password_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        constraints = [models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="user_role_known")]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def unread(self) -> str:
        """How many notices wait to be read, as the frame shows it: nothing for none, at most ``99+``.

        Costs no statement where the person was fetched ``with_unread()``, as the person of a session is.
        """
        if "unread_found" in self.__dict__:
            waiting = self.__dict__["unread_found"]
        else:
            waiting = self.notices.unread().count() if self.pk else 0
        return f"{MOST_COUNTED}+" if waiting > MOST_COUNTED else str(waiting or "")

    def can(self, permission: Permission) -> bool:
        """Whether this person may perform an act; the disabled may perform none."""
        return self.is_active and allowed(self.role, permission)


class PasswordHistory(models.Model):
    """Hashes of earlier passwords, so that the last five are not used again (等级保护)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
