"""The three administrators of a new installation (三员分立), with first passwords shown once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ...models import User
from ...permissions import Role
from ...services.accounts import create_account

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


class Command(BaseCommand):
    help = "Make the accounts of the system, security and audit administrator; refused once there is one of them."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(role__in=ADMINISTRATORS).exists():
            raise CommandError("There is an administrator already; accounts are made on the pages from now on.")
        for role in ADMINISTRATORS:
            user, password = create_account(username=role.value, name=str(role.label), by=None)
            User.objects.filter(pk=user.pk).update(role=role)
            self.stdout.write(f"{user.username}  {role.label}  {password}")
        self.stdout.write("Each must choose a new password at the first sign-in.")
