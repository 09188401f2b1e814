import os
import signal
import sys
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.urls import reverse
from redis import RedisError

from campaign import environment, health, serving
from campaign.models import User

READY_SECONDS = 60
CELERY = [sys.executable, "-m", "celery", "--app", "campaign.celery"]
COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn"],
    "beat": [*CELERY, "beat", "--loglevel=warning", "--pidfile="],
    "worker": [
        *CELERY,
        "worker",
        "--concurrency=1",
        "--loglevel=warning",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ],
}


class Stopped(Exception):
    """The person has asked for the end."""


class Command(BaseCommand):
    help = "Run everything: database, queue, web server, worker and beat. Ctrl-C stops all of it."

    def handle(self, *args: Any, **options: Any) -> None:
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, _stop)
        try:
            self._run()
        except Stopped:
            self.stdout.write("Stopped.")
        except serving.ServingError as error:
            raise CommandError(str(error)) from error

    def _run(self) -> None:
        host = environment.text("HOST", "127.0.0.1")
        port = serving.claim_port(host, environment.number("PORT", 8000, least=0, most=65535))
        os.environ["PORT"] = str(port)
        self._prepare()
        connections.close_all()
        logs = settings.VAR_DIR / "log"
        with serving.running(COMMANDS, settings.BASE_DIR, logs=logs) as children:
            serving.watch(children, lambda: _unanswered(port), patience=READY_SECONDS)
            self._greet(host, port)
            serving.watch(children, lambda: "the end")

    def _prepare(self) -> None:
        for name, part in (("DATABASE_URL", health.database), ("REDIS_URL", health.queue)):
            try:
                part()
            except (DatabaseError, RedisError) as error:
                raise CommandError(f"The server of {name} does not answer: {error}") from error
        self.stdout.write("Preparing …")
        call_command("compile_translations", stdout=StringIO())
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not settings.DEMO or User.objects.exists():
            return
        if "demo" not in get_commands():
            self.stdout.write("There is no demonstration city in this version: the site starts empty.")
            return
        self.stdout.write("Building the demonstration city …")
        call_command("demo", verbosity=0)

    def _greet(self, host: str, port: int) -> None:
        self.stdout.write(f"\nReady: http://{'localhost' if host == '127.0.0.1' else host}:{port}/\n")
        people = User.objects.filter(is_demo=True, is_active=True).order_by("role", "pk").distinct("role")
        if settings.DEMO and people:
            self.stdout.write(f"Demonstration accounts, password {settings.DEMO_PASSWORD}:")
            for person in people:
                self.stdout.write(f"  {person.username:<16}{person.get_role_display()}")
        self.stdout.write(f"Logs: {settings.VAR_DIR / 'log'}\nCtrl-C stops everything.")
        self.stdout.flush()
        connections.close_all()


def _unanswered(port: int) -> str:
    """Every part must be in order, and the page that a visitor sees first must be there."""
    headers = {"Host": settings.ALLOWED_HOSTS[0].lstrip("."), "Accept": "text/html"}
    if settings.BEHIND_PROXY:
        headers["X-Forwarded-Proto"] = "https"
    return serving.unanswered(port, (reverse("readyz"), reverse(settings.LOGIN_URL)), headers=headers)


def _stop(*args: object) -> None:
    raise Stopped
