"""Adjustments for tests: points with a proof, proposed by the office, approved by the supervisor."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile

from reports.models import Adjustment
from reports.services.adjustments import decide_adjustment, propose_adjustment
from tests.city import at

DAY = date(2026, 11, 18)
AFTERWARDS = at(date(2026, 11, 20))


def a_proof(name: str = "表扬通报.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7")


def proposed(city: SimpleNamespace, **fields) -> Adjustment:
    values = {
        "unit": city.east, "day": DAY, "event": "praise", "level": "city", "points": Decimal(5),
        "reason": "市文明办通报表扬",
    } | fields  # fmt: skip
    return propose_adjustment(adjustment=Adjustment(**values), proofs=[a_proof()], by=city.office, at=AFTERWARDS)


def approved(city: SimpleNamespace, **fields) -> Adjustment:
    adjustment = proposed(city, **fields)
    decide_adjustment(adjustment=adjustment, approved=True, answer="", by=city.supervisor, at=AFTERWARDS)
    return adjustment
