"""Filters of lists that refuse what they do not understand."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django_filters import rest_framework
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LONGEST_SEARCH = 100


class Filters(rest_framework.FilterSet):
    """The base of all filter sets."""


@extend_schema_field(OpenApiTypes.BOOL)
class TruthFilter(django_filters.TypedChoiceFilter):
    """``true`` or ``false``."""

    def __init__(self, **given: Any) -> None:
        super().__init__(choices=[("true", "true"), ("false", "false")], coerce=lambda text: text == "true", **given)


class CodeFilter(django_filters.CharFilter):
    """The code of a neighbour."""

    def __init__(self, field_name: str, **given: Any) -> None:
        super().__init__(field_name=field_name, max_length=60, **given)


class SearchFilter(django_filters.CharFilter):
    """Words, searched for by the set's ``matching``."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=LONGEST_SEARCH, **given)

    def filter(self, qs: Any, value: str) -> Any:
        return qs.matching(value) if value else qs


class DayFilter(django_filters.DateFilter):
    """A day of Asia/Shanghai, ``2026-11-23``."""

    def __init__(self, **given: Any) -> None:
        bounds = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        super().__init__(input_formats=["%Y-%m-%d"], validators=bounds, **given)


class NameFilter(django_filters.ChoiceFilter):
    """One of the names of a field's choices."""

    def __init__(self, field_name: str, choices: Iterable[Any], **given: Any) -> None:
        super().__init__(field_name=field_name, choices=list(choices), **given)
