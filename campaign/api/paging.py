"""Lists are paged by key: ``after`` is the code of the last row that was read, so no row is skipped or told twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Model, Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

USUAL, MOST = 50, 200
LONGEST_KEY = 60
NOTHING = Q(pk__in=[])

Orderings = Mapping[str, Sequence[str]]


class KeyPaging(BasePagination):
    """Pages of a view that has ``key`` (the field of ``after``) and ``orderings`` (name → fields, unique)."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One row more than asked for is read: it says whether there is a next page."""
        asked = request.query_params
        limit, keys = _limit(asked.get("limit")), _ordering(asked.get("ordering"), view.orderings)
        if after := asked.get("after"):
            queryset = queryset.filter(_beyond(queryset.model, keys, _row(view, after, keys)))
        rows = list(queryset.order_by(*(_term(queryset.model, key) for key in keys))[: limit + 1])
        self.next = _next(request, getattr(rows[limit - 1], view.key)) if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "nullable": True, "description": "Address of the next page, null on the last."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        orderings: Orderings = getattr(view, "orderings", {})
        whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        key = {"type": "string", "maxLength": LONGEST_KEY}
        names = {"type": "string", "enum": list(orderings), "default": next(iter(orderings), "")}
        return [
            {"name": "limit", "in": "query", "schema": whole, "description": "Rows per page."},
            {"name": "after", "in": "query", "schema": key, "description": "The last row of the page before."},
            {"name": "ordering", "in": "query", "schema": names, "description": "A minus turns it round."},
        ]


#: The parameters every list has.
PARAMETERS = frozenset({"limit", "after", "ordering"})


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST):
        raise ValidationError({"limit": _("A number from 1 to %(most)s, please.") % {"most": MOST}})
    return int(text)


def _ordering(name: str | None, orderings: Orderings) -> Sequence[str]:
    if name is None:
        return next(iter(orderings.values()))
    if name not in orderings:
        raise ValidationError({"ordering": _("One of: %(names)s.") % {"names": ", ".join(orderings)}})
    return orderings[name]


def _row(view: Any, after: str, keys: Sequence[str]) -> dict[str, Any]:
    """The fields of the row named by ``after``; it may have left the filter, but not the person's sight."""
    row = None
    if len(after) <= LONGEST_KEY and "\x00" not in after:
        row = view.get_queryset().filter(**{view.key: after}).values(*(key.lstrip("-") for key in keys)).first()
    if row is None:
        raise ValidationError({"after": _("There is no such row.")})
    return dict(row)


def _nullable(model: type[Model], name: str) -> bool:
    return bool(model._meta.get_field(name).null)


def _term(model: type[Model], key: str) -> Any:
    name = key.lstrip("-")
    if not _nullable(model, name):
        return key
    return F(name).desc(nulls_last=True) if key.startswith("-") else F(name).asc(nulls_last=True)


def _beyond(model: type[Model], keys: Sequence[str], row: Mapping[str, Any]) -> Q:
    """Rows that stand after ``row``; empty values stand last."""
    found = NOTHING
    for key in reversed(keys):
        name, side = key.lstrip("-"), "lt" if key.startswith("-") else "gt"
        empty = Q(**{f"{name}__isnull": True})
        if row[name] is None:
            found = empty & found
            continue
        past = Q(**{f"{name}__{side}": row[name]})
        found = past | (empty if _nullable(model, name) else NOTHING) | (Q(**{name: row[name]}) & found)
    first = keys[0].lstrip("-")
    if len(keys) > 1 and not _nullable(model, first):  # lets the index begin at the right place
        side = "lte" if keys[0].startswith("-") else "gte"
        return Q(**{f"{first}__{side}": row[first]}) & found
    return found


def _next(request: Request, key: object) -> str:
    asked = request.query_params.copy()
    asked["after"] = str(key)
    return f"{request.path}?{asked.urlencode()}"
