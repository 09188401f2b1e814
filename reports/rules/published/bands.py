"""The bounds of a published table's bands (优秀/良好/合格, A/B/C), read from its totals where the rule says nothing."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from ..spec import Band
from .tables import PublishedRow

#: Bounds are sought among the roundest numbers first.
STEPS = [Decimal(text) for text in ("10", "5", "1", "0.5", "0.1", "0.05", "0.01", "0.001", "0.0001")]


Quotas = tuple[tuple[str, Fraction | None], ...]


def bands_of(rows: Sequence[PublishedRow]) -> tuple[tuple[Band, ...], list[str]] | None:
    """The bands with the roundest bounds that part them, and what is to be said of them; None where they overlap."""
    found: dict[str, list[Decimal]] = {}
    for row in rows:
        if row.band and row.total is not None:
            found.setdefault(row.band, []).append(row.total)
    if len(found) < 2 or len(found) >= sum(map(len, found.values())):
        return (), []
    ordered = sorted(found, key=lambda name: -max(found[name]))
    pairs = list(pairwise(ordered))
    if any(min(found[upper]) <= max(found[lower]) for upper, lower in pairs):
        return None
    bounds = [_roundest(max(found[lower]), min(found[upper])) for upper, lower in pairs]
    bands = [Band(name, bound) for name, bound in zip(ordered, [*bounds, Decimal(0)], strict=True)]
    said = _(", ").join(_("%(name)s from %(least)s") % {"name": band.name, "least": band.least} for band in bands[:-1])
    return tuple(bands), [_("The totals fit these bands: %(bands)s; below that %(last)s.") % {
        "bands": said, "last": ordered[-1]
    }]  # fmt: skip


def quotas_of(rows: Sequence[PublishedRow]) -> tuple[Quotas, list[str]]:
    """Bands by place, the same in every group: the first three 优秀; and what is to be said of them."""
    found: dict[str, list[Decimal]] = {}
    for row in rows:
        if row.band and row.rank is not None:
            found.setdefault(row.band, []).append(Decimal(row.rank))
    ordered = sorted(found, key=lambda name: min(found[name]))
    if len(found) < 2 or any(max(found[upper]) >= min(found[lower]) for upper, lower in pairwise(ordered)):
        return (), [_("The bands do not follow from the totals: their ranges overlap.")]
    lasts = [Fraction(max(found[name])) for name in ordered[:-1]]
    said = _(", ").join(
        _("%(name)s to place %(last)s") % {"name": name, "last": last}
        for name, last in zip(ordered, lasts, strict=False)
    )
    return tuple(zip(ordered, [*lasts, None], strict=True)), [
        _("The bands go by place: %(bands)s; after that %(last)s.") % {"bands": said, "last": ordered[-1]}
    ]


def _roundest(below: Decimal, least: Decimal) -> Decimal:
    """The roundest number above one total and not above another."""
    for step in STEPS:
        bound = least // step * step
        if bound > below:
            return bound
    return least
