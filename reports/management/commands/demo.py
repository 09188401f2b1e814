"""``manage.py demo``: build the demonstration city in an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaign.models import User
from reports.demo.city import NotEmpty, build


class Command(BaseCommand):
    help = "Build the demonstration city in an empty database (only where DEMO is on)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=26, help="weeks of history ending today")
        parser.add_argument("--sites", type=int, default=1500, help="number of sites at most")

    def handle(self, *args: Any, weeks: int, sites: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("demonstration accounts have a known password: set DEMO=1 first")
        if weeks < 1 or sites < 1:
            raise CommandError("weeks and sites must be at least 1")
        try:
            build(now=timezone.now(), weeks=weeks, sites=sites, say=self.stdout.write)
        except NotEmpty as error:
            raise CommandError(error) from error
        if not options["verbosity"]:
            return  # `serve` lists the accounts itself, at every start
        self.stdout.write(f"Accounts, all with the password {settings.DEMO_PASSWORD}:")
        for user in User.objects.filter(is_demo=True).order_by("role", "pk").distinct("role"):
            self.stdout.write(f"  {user.username}  {user.get_role_display()}  {user.name}")
