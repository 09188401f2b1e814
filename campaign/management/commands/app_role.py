from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from campaign.environment import text


class Command(BaseCommand):
    help = (
        "As the owner of the tables, after each migrate: make the role that the site's processes connect as, with the"
        " password of APP_ROLE_PASSWORD, and give it the rights of deploy/app_role.sql."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="campaign_app")

    @transaction.atomic
    def handle(self, *, name: str, **options: Any) -> None:
        role, password = connection.ops.quote_name(name), text("APP_ROLE_PASSWORD")
        rights = (settings.BASE_DIR / "deploy" / "app_role.sql").read_text().replace(":role", role)
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role}")
            cursor.execute(f"ALTER ROLE {role} LOGIN NOSUPERUSER PASSWORD %s", [password])
            cursor.execute(rights)
        self.stdout.write(f"{name} reads and writes rows; the audit trail it reads and adds to.")
