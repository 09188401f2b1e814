"""The rule by which a published table is computed again, in sentences: what was recognised, and what was done."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..line_sentences import plain
from ..sentences import rule_sentences
from .cells import decimal
from .rule import TableRule, fraction_of
from .tables import PublishedTable

ROLE_WORDS = {
    "unit": gettext_lazy("units in “%(head)s”"),
    "total": gettext_lazy("totals in “%(head)s”"),
    "rank": gettext_lazy("places in “%(head)s”"),
    "band": gettext_lazy("grades in “%(head)s”"),
    "group": gettext_lazy("groups in “%(head)s”"),
}
MISSING_WORDS = {
    "reweight": gettext_lazy("What is missing is left out; the others carry its weight."),
    "zero": gettext_lazy("What is missing counts as 0."),
    "others": gettext_lazy("What is missing counts as the mean of the others."),
    "leave_out": gettext_lazy("Who lacks a part has no total."),
}
ROUNDING_WORDS = {
    "half_up": gettext_lazy("Totals are rounded half up to %(places)s places."),
    "half_even": gettext_lazy("Totals are rounded to %(places)s places, halves to the even digit."),
    "down": gettext_lazy("Totals are cut off after %(places)s places."),
    "up": gettext_lazy("Totals are rounded upwards to %(places)s places."),
}
TIES_WORDS = {
    "shared": gettext_lazy("Equal totals share a place (1, 1, 3)."),
    "dense": gettext_lazy("Equal totals share a place without gaps (1, 1, 2)."),
    "last": gettext_lazy("Equal totals share the last of their places (2, 2, 3)."),
    "average": gettext_lazy("Equal totals share the mean of their places (1.5, 1.5, 3)."),
    "ordered": gettext_lazy("Equal totals stand in the order of the table (1, 2, 3)."),
}
SCALE_WORDS = {
    "best": gettext_lazy("“%(head)s” counts as a share of the greatest value."),
    "least": gettext_lazy("“%(head)s” counts as the least value divided by it."),
    "z": gettext_lazy("“%(head)s” counts as its distance from the mean in standard deviations."),
}


def table_sentences(table: PublishedTable, rule: TableRule) -> list[str]:
    """What was recognised in the table and how its totals, places and grades come about."""
    return [_recognised(table), *_total(rule), *_scales(table, rule), *_bounds(rule), *_places(table, rule)]


def _recognised(table: PublishedTable) -> str:
    words = [str(ROLE_WORDS[role]) % {"head": head} for role, head in table.roles.items() if role in ROLE_WORDS]
    return _("Recognised: %(columns)s; %(rows)s rows.") % {
        "columns": _("; ").join(words), "rows": len(table.rows)
    }  # fmt: skip


def _total(rule: TableRule) -> Iterator[str]:
    data = rule.data
    for name, text in (data.get("formulas") or {}).items():
        yield _("“%(name)s” = %(text)s.") % {"name": name, "text": text}
    if "components" in data:
        yield from rule_sentences(rule.spec)
        return
    if data.get("formula"):
        yield _("Total = %(terms)s.") % {"terms": data["formula"]}
    else:
        yield from _weighed(data)
    for key, words in (
        ("plus", _("Added as they stand: %(heads)s.")), ("minus", _("Taken off: %(heads)s.")),
        ("times", _("Multiplied by: %(heads)s.")),
    ):  # fmt: skip
        if names := data.get(key):
            yield words % {"heads": _(", ").join([names] if isinstance(names, str) else map(str, names))}
    yield str(MISSING_WORDS[rule.spec.missing])


def _weighed(data: Mapping[str, Any]) -> Iterator[str]:
    """The weighted mean, sum or geometric mean, term by term."""
    shares = {str(head): fraction_of(value) for head, value in (data.get("weights") or {}).items()}
    total = data.get("total", "mean")
    whole = sum(shares.values(), Fraction(0))
    if not shares or not whole:
        return
    full = {str(head): str(marks) for head, marks in (data.get("full") or {}).items()}
    if total == "sum":
        hundred = whole in (1, 100)
        terms = [
            _term(head, share / Fraction(full[head]) if head in full else share / (whole if hundred else 1))
            for head, share in shares.items()
        ]
        yield _("Total = %(terms)s.") % {"terms": " + ".join(terms).replace("+ −", "− ")}
        return
    if len(set(shares.values())) == 1 and not full:
        words = _("The total is the geometric mean of: %(heads)s.") if total == "geometric" else ""
        words = words or _("The total is the mean of: %(heads)s.")
        yield words % {"heads": _(", ").join(shares)}
        return
    told = [_share(head, share / whole, full.get(head)) for head, share in shares.items()]
    words = _("The total is the weighted geometric mean: %(parts)s.") if total == "geometric" else ""
    yield (words or _("The total is the weighted mean: %(parts)s.")) % {"parts": _(", ").join(told)}


def _term(head: str, factor: Fraction) -> str:
    sign = "−" if factor < 0 else ""
    return f"{sign}{head}" if abs(factor) == 1 else f"{sign}{head} × {_short(abs(factor))}"


def _share(head: str, share: Fraction, full: str | None) -> str:
    words = {"head": head, "share": _short(share * 100), "full": full}
    return (_("%(head)s (of %(full)s) %(share)s%%") if full else _("%(head)s %(share)s%%")) % words


def _short(value: Fraction) -> str:
    return plain(decimal(value).quantize(Decimal("0.0001")))


def _scales(table: PublishedTable, rule: TableRule) -> Iterator[str]:
    names = [*table.columns, *(name for name, _node in rule.formulas)]
    for scale, column in zip(rule.scales, rule.columns, strict=True):
        if column is None or not scale.computed:
            continue
        if scale.kind:
            yield str(SCALE_WORDS[scale.kind]) % {"head": names[column]}
            continue
        ends = {
            "head": names[column], "low": plain(scale.low), "high": plain(scale.high),
            "from": _("the worst value") if scale.worst is None else plain(scale.worst),
            "to": _("the best value") if scale.best is None else plain(scale.best),
        }  # fmt: skip
        words = _("“%(head)s” is brought to a scale: %(from)s is %(low)s, %(to)s is %(high)s.") % ends
        words += _(" By logarithms.") if scale.log else ""
        yield words + (_(" Not beyond either end.") if scale.bounded else "")


def _bounds(rule: TableRule) -> Iterator[str]:
    if rule.base:
        yield _("It begins at %(base)s.") % {"base": plain(rule.base)}
    if rule.part_places is not None:
        yield _("Each part is rounded to %(places)s places before they are added.") % {"places": rule.part_places}
    if rule.best_total is not None:
        yield _("The best total is brought to %(best)s, the others in proportion.") % {"best": plain(rule.best_total)}
    if rule.data.get("total_full"):
        yield _("A full total is %(full)s.") % {"full": rule.data["total_full"]}
    if rule.least is not None:
        yield _("Not below %(bound)s.") % {"bound": plain(rule.least)}
    if rule.greatest is not None:
        yield _("Not above %(bound)s.") % {"bound": plain(rule.greatest)}


def _places(table: PublishedTable, rule: TableRule) -> Iterator[str]:
    names = [*table.columns, *(name for name, _node in rule.formulas)]
    yield str(ROUNDING_WORDS[rule.rounding]) % {"places": rule.spec.places}
    order = _("Places run from the least total to the greatest.") if rule.ascending else ""
    yield order or _("Places run from the greatest total to the least.")
    if rule.spec.rank_on == "exact":
        yield _("Places go by the totals before they are rounded.")
    yield str(TIES_WORDS[rule.ties])
    if rule.tie_by:
        heads = [
            names[at] if sign > 0 else _("%(head)s (less is better)") % {"head": names[at]} for at, sign in rule.tie_by
        ]
        yield _("Equal totals are parted by: %(heads)s.") % {"heads": _(", ").join(heads)}
    if rule.spec.bands:
        said = [
            _("%(name)s from %(least)s") % {"name": band.name, "least": plain(band.least)} for band in rule.spec.bands
        ]
        yield _("Grades: %(bands)s.") % {"bands": _(", ").join(said)}
    if rule.quotas:
        yield _("Grades by place: %(bands)s.") % {"bands": _(", ").join(_quota(*one) for one in rule.quotas)}


def _quota(name: str, best: Fraction | None) -> str:
    if best is None:
        return _("the others %(name)s") % {"name": name}
    if best < 1:
        return _("the first %(share)s%% %(name)s") % {"share": _short(best * 100), "name": name}
    return _("to place %(place)s %(name)s") % {"place": best, "name": name}
