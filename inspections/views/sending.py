"""What the views of papers share: types of files, and the hurry of a task."""

from celery import Celery
from django.db import transaction

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTENT_TYPES = {
    "docx": WORD,
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def later(app: Celery, task: str, pk: int) -> None:
    """Hurry a row along once it is there; where the broker is away the sweep finds it."""
    transaction.on_commit(lambda: app.send_task(task, [pk]), robust=True)
