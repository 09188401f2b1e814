"""Is the process there, and can it work? For load balancers and monitors; no sign-in."""

from collections.abc import Callable
from functools import cache

import redis
import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = structlog.get_logger(__name__)


class NotReady(Exception):
    """A part that the product needs is not there; the message says which."""


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, queue and migrations are in order, else 503; each part by name."""
    parts = {name: _state(name, part) for name, part in PARTS.items()}
    in_order = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if in_order else 503)


def _state(name: str, part: Callable[[], object]) -> str:
    try:
        part()
    except (DatabaseError, redis.RedisError, NotReady) as error:
        logger.warning("health.not_ready", part=name, error=str(error))
        return "failed"
    return "ok"


def database() -> None:
    """Raises DatabaseError where PostgreSQL does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def queue() -> None:
    """Raises RedisError where Redis or Valkey does not answer within a second."""
    _queue_client().ping()


@cache
def migrations() -> None:
    """Raises NotReady until all are applied; then it is not asked again, as a process's code does not change."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are pending")


@cache
def _queue_client() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, **settings.QUEUE_TIMEOUTS)


PARTS: dict[str, Callable[[], object]] = {"database": database, "queue": queue, "migrations": migrations}
