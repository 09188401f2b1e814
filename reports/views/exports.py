"""Every list as a file: the rows that the person sees, without a cap, with a line in the audit trail."""

import tempfile
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from campaign.documents.tables import Cell, XlsxTable, csv_lines
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.queries import record
from campaign.resources.sheet import SheetResource
from campaign.rules import day_of

from ..resources.kinds import KINDS, is_allowed
from .sending import XLSX

FORMATS = ("xlsx", "csv")


@require_safe
@require(Permission.EXPORT, Permission.MANAGE_USERS)
def export(request: UserRequest, kind: str, format: str) -> HttpResponseBase:
    """A list as xlsx or csv, narrowed by the same query string as the list's page."""
    if kind not in KINDS or format not in FORMATS:
        raise Http404
    if not is_allowed(request.user, kind, Permission.EXPORT):
        raise PermissionDenied
    resource = KINDS[kind]()
    filters = {name: str(value)[:200] for name, value in request.GET.items() if value and "\x00" not in value}
    count = resource.listed(request.user, filters).count()
    after: dict[str, Any] = {"filters": filters, "rows": count, "format": format}
    record("list.exported", by=request.user, reference=kind, after=after)
    rows = resource.rows(request.user, filters)
    if format == "csv":
        lines = csv_lines(resource.headings(), rows)
        response: HttpResponseBase = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    else:
        response = FileResponse(_xlsx(resource, rows), content_type=XLSX)
    name = f"{resource.title}-{day_of(timezone.now())}.{format}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


def _xlsx(resource: SheetResource, rows: Iterator[list[Cell]]) -> "tempfile._TemporaryFileWrapper[bytes]":
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    table = XlsxTable(file, name=str(resource.title), heads=resource.headings())
    for row in rows:
        table.add(row)
    table.close()
    file.seek(0)
    return file
