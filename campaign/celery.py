"""The queue. The broker's address must be in the environment before this is imported."""

from celery import Celery

app = Celery("campaign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
