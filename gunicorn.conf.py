"""The web server: a few processes with a few threads each, loaded once and warmed up before they take requests."""

from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from campaign import environment

bind = f"{environment.text('HOST', '127.0.0.1')}:{environment.number('PORT', 8000, least=0, most=65535)}"
wsgi_app = "campaign.wsgi:application"
worker_class = "gthread"
workers = environment.number("WEB_WORKERS", 2, least=1, most=64)
threads = environment.number("WEB_THREADS", 4, least=1, most=64)
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 50_000
max_requests_jitter = 5_000
loglevel = "warning"
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


def post_worker_init(worker: Any) -> None:
    """The first request of a process takes seconds of lazy imports: make it here, not for a person."""
    request: dict[str, Any] = {"PATH_INFO": "/healthz", "wsgi.input": BytesIO()}
    setup_testing_defaults(request)
    worker.wsgi(request, lambda *args: None)
