"""Values entered for a period, and the published scores of earlier ones."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection

from ..models import Mark
from ..rules.columns import Ratio
from ..rules.earlier import earlier_spans
from ..rules.parts import EarlierNeed
from ..rules.periods import Span

#: The newest published score of each unit in some periods, given by code.
PUBLISHED = """
SELECT DISTINCT ON (w.unit_id, p.code) w.unit_id, p.code, trim_scale(w.score) AS score
  FROM reports_ranking r JOIN reports_period p ON p.id = r.period_id
  JOIN reports_rankingrow w ON w.ranking_id = r.id
 WHERE r.state = 'published' AND p.code = ANY(%(codes)s) AND w.score IS NOT NULL
   AND NOT EXISTS (SELECT FROM reports_ranking n WHERE n.period_id = r.period_id AND n.group_id = r.group_id
                      AND n.state = 'published' AND n.revision > r.revision)
 ORDER BY w.unit_id, p.code, r.published_at DESC"""


def measure_marks(sheet: str, period: str) -> dict[int, Ratio]:
    """What was entered under a name for a period: unit id → (value, 1)."""
    rows = Mark.objects.filter(sheet=sheet, period__code=period).values_list("unit_id", "value")
    return {unit: (trimmed(value), 1) for unit, value in rows}


def trimmed(value: Decimal) -> Decimal:
    """A stored value without the zeros that its column adds."""
    return Decimal(f"{value.normalize():f}")


def measure_earlier(need: EarlierNeed, span: Span) -> dict[int, Ratio]:
    """Published earlier scores for every unit that has any: unit id → (Σ weight × score, Σ weight)."""
    weights = earlier_spans(need, span)
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for unit, code, score in published_scores(weights):
        above, below = found.get(unit, (Decimal(0), Decimal(0)))
        found[unit] = above + weights[code] * score, below + weights[code]
    return {**found}


def published_scores(codes: Iterable[str]) -> list[tuple[int, str, Decimal]]:
    """Unit id, period and score of the newest published rankings of some periods."""
    with connection.cursor() as cursor:
        cursor.execute(PUBLISHED, {"codes": list(codes)})
        return cursor.fetchall()
