"""Which earlier periods a part goes by."""

from decimal import Decimal

from .parts import EarlierNeed
from .periods import Span, containing


def earlier_spans(need: EarlierNeed, span: Span) -> dict[str, Decimal]:
    """The codes of the earlier periods and their weights: the last ones of the kind, or those within the period."""
    if need.weights:
        found, one = {}, containing(span.starts_on, need.kind)
        for weight in need.weights:
            one = one.previous()
            found[one.code] = weight
        return found
    one, codes = containing(span.starts_on, need.kind), []
    while one.starts_on <= span.ends_on:
        if one.starts_on >= span.starts_on and one.ends_on <= span.ends_on and one.code != span.code:
            codes.append(one.code)
        one = one.next()
    return dict.fromkeys(codes, Decimal(1))
