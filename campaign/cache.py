"""A cache that forgets instead of failing: with Redis away, pages are made anew and still answer."""

import time
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

REST_SECONDS = 5

logger = structlog.get_logger(__name__)


class ForgivingRedisCache(RedisCache):
    """After a failure the server is left alone for `REST_SECONDS`, so a page waits for it once."""

    resting_until = 0.0

    def _try(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self.resting_until:
            return otherwise
        try:
            return getattr(super(), name)(*args, **kwargs)
        except RedisError as error:
            type(self).resting_until = time.monotonic() + REST_SECONDS
            logger.warning("cache.unreachable", error=str(error))
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try("get", default, key, default, version=version)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return self._try("get_many", {}, keys, version=version)

    def has_key(self, key: Any, version: int | None = None) -> Any:
        return self._try("has_key", False, key, version=version)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("add", False, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try("set", None, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("set_many", [], *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("touch", False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._try("delete", False, *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try("delete_many", None, *args, **kwargs)
