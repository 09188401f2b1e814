"""`manage.py api_token USERNAME`: a key with which a program calls the API as that person."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from campaign.models import User
from campaign.services.accounts import issue_token

from ...sentences import joined


class Command(BaseCommand):
    """Prints the new key and nothing else; an earlier key of the account ends."""

    help = "Issue a key for the API; an earlier one of this account ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        try:
            self.stdout.write(issue_token(user=user, by=None))
        except ValidationError as error:
            raise CommandError(joined(error.messages)) from error
