"""Checks that stop a production start: an insecure setting, a database that may lose writes."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

LEAST_SECRET = 50


@register(Tags.security)
def production_settings(**kwargs: Any) -> list[CheckMessage]:
    """What a production start must not be without; the trial on one's own machine may."""
    if settings.TRIAL:
        return []
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < LEAST_SECRET or len(set(settings.SECRET_KEY)) < 10:
        found.append(Error(f"SECRET_KEY must be at least {LEAST_SECRET} random characters.", id="campaign.E001"))
    if len(settings.AUDIT_KEY) < LEAST_SECRET or settings.AUDIT_KEY == settings.SECRET_KEY:
        found.append(
            Error(f"AUDIT_KEY must be {LEAST_SECRET} random characters, not those of SECRET_KEY.", id="campaign.E005")
        )
    if len(settings.CONTACT_KEY) < LEAST_SECRET or settings.CONTACT_KEY in (settings.SECRET_KEY, settings.AUDIT_KEY):
        found.append(Error(f"CONTACT_KEY must be {LEAST_SECRET} random characters of its own.", id="campaign.E006"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name the site's hosts, without *.", id="campaign.E002"))
    if settings.DEMO:
        found.append(Error("DEMO=1 opens accounts with known passwords; unset it.", id="campaign.E003"))
    if not settings.HTTPS:
        found.append(Warning("HTTPS=1 is not set: camera and place need it.", id="campaign.W001"))
    return found


@register(Tags.database)
def durable_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A database with fsync off loses acknowledged writes; only throw-away test servers may."""
    if settings.TRIAL or not databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('full_page_writes')")
        durable = cursor.fetchone() == ("on", "on")
    return [] if durable else [Error("PostgreSQL runs with fsync off.", id="campaign.E004")]


@register(Tags.database)
def known_years(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A year that deadlines run into within 60 days and whose days the work calendar lacks."""
    if not databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('campaign_workday')")
        if cursor.fetchone() == (None,):
            return []
        cursor.execute(
            "SELECT DISTINCT year FROM (SELECT extract(year FROM day)::int AS year FROM"
            " (VALUES (now()), (now() + interval '60 days')) needed(day)) needed WHERE year NOT IN"
            " (SELECT extract(year FROM date)::int FROM campaign_workday GROUP BY 1 HAVING count(*) >= 365) ORDER BY 1"
        )
        missing = [year for (year,) in cursor.fetchall()]
    words = "The work calendar of {} is missing; no deadline can run into it. The office enters it under /calendar/."
    return [Warning(words.format(year), id="campaign.W002") for year in missing]
