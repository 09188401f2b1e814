"""Handing out files, and handing work to the queue."""

from django.db import transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from campaign.celery import app

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx_response(data: bytes, name: str) -> HttpResponse:
    """A workbook to save under a name."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return response


def later(task: str, pk: int) -> None:
    """Hurry a job along once this transaction is done; where the queue does not answer, its sweep finds the row."""
    transaction.on_commit(lambda: app.send_task(task, [pk]), robust=True)
