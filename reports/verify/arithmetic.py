"""How numbers become the value of a part, and values a total: for recompute.py and recount.py. Exact fractions."""

from bisect import bisect_right
from decimal import Decimal, localcontext
from fractions import Fraction as F
from math import ceil, floor

#: What stands for a bound where a rule sets none.
LOW, HIGH = -(10**9), 10**9
#: The footnotes of units that have a place.
RANKED = ("", "reweighted", "averaged", "counted_zero")


def rounded(value, places, how="half_up"):
    """A number at so many places; halves go away from zero."""
    units, half = value * 10**places, F(1, 2) if value >= 0 else F(-1, 2)
    return F({"half_up": int(units + half), "down": floor(units), "up": ceil(units)}[how], 10**places)


def full(part):
    """What a part is worth at full marks: 100 unless the rule says otherwise."""
    if part.get("total") == "sum":
        return sum(F(one["weight"]) for one in part["parts"])
    return F(part.get("points") or part.get("base") or 0) or F(part.get("most") or 100)


def shares(parts, values, mode):
    """What each part brings to a mean or a sum, exactly; where one has no value, it is left out and others carry it."""
    here = [(part, F(part["weight"]), value / full(part)) for part, value in zip(parts, values) if value is not None]
    if mode != "sum":
        whole = sum(weight for _, weight, _ in here)
        return [weight * share * 100 / whole for _, weight, share in here]
    # in a sum, bonus points (which begin at 0) stay as they are and carry nothing
    carries = lambda part: part.get("kind") != "points" or F(part["base"]) > 0  # noqa: E731
    there = sum(weight for part, weight, _ in here if carries(part))
    more = sum(F(part["weight"]) for part in parts if carries(part)) / there if there else 1
    return [weight * share * (more if carries(part) else 1) for part, weight, share in here]


def logarithms(parts, values):
    """Weight × logarithm of value ÷ full marks for each part that has a value; of nothing it is minus infinity."""
    number = lambda exact: Decimal(exact.numerator) / exact.denominator  # noqa: E731
    pairs = [(part, max(value / full(part), F(0))) for part, value in zip(parts, values) if value is not None]
    return [number(F(part["weight"])) * number(share).ln() for part, share in pairs]


def total(parts, values, mode):
    """The exact total of one unit, of a geometric mean forty digits; None where no part has a value."""
    weights = [F(part["weight"]) for part, value in zip(parts, values) if value is not None]
    if not weights or mode != "geometric":
        return sum(shares(parts, values, mode)) if weights else None
    with localcontext(prec=60):
        mean = (sum(logarithms(parts, values)) * 1000 / int(sum(weights) * 1000)).exp()
        return F(mean.quantize(Decimal("1e-42"))) * 100


def value_of(part, cell, inner, places, how):
    """The value of one part of one unit from what was counted; None: there was nothing to assess."""
    kind = part.get("kind", "rate")
    if kind == "points":  # a base, and the points of the events of each line of the rule
        value = max(F(part["base"]) + sum(F(points) for _, _, points in cell["lines"]), F(part["least"]))
        return min(value, F(part.get("most") or value))
    if kind == "table":
        value = total(part["parts"], inner, part["total"])
    else:
        value = cell["denominator"] and F(cell["numerator"]) / F(cell["denominator"])
    value = value and rounded(value * (100 if kind in ("rate", "below") else 1), places, how)
    if kind == "below" and value is not None:  # full marks from the threshold on, less for each point below it
        gap = max((value - F(part["threshold"])) * (1 if part["invert"] else -1), F(0))
        lost = F(part["step"]) * (floor(gap) if part["whole"] else gap)
        value = max(rounded(F(part["points"]) - lost, places, how), F(0))
    return value


def places_of(worth, ties="shared"):
    """Unit → place, the best first: 1, 1, 3 (shared) or 1, 1, 2 (dense)."""
    order = sorted(set(worth.values()) if ties == "dense" else worth.values())
    return {unit: 1 + len(order) - bisect_right(order, mine) for unit, mine in worth.items()}


def start(part):
    """The value of a part before anything happened."""
    if part.get("kind") == "points":
        return F(part["base"])
    if part.get("kind") != "table":
        return full(part)
    parts, weights = part["parts"], sum(F(one["weight"]) for one in part["parts"])
    brought = sum(F(one["weight"]) * start(one) / full(one) for one in parts)
    return brought if part["total"] == "sum" else brought * 100 / weights


def share_out(parts, whole, places):
    """Parts rounded down at so many places; what is missing goes in equal steps, the rest to the largest remainders."""
    unit = F(1, 10**places)
    floors = [part // unit * unit for part in parts]
    each, rest = divmod(int((whole - sum(floors)) / unit), len(parts))
    order = sorted(range(len(parts)), key=lambda n: floors[n] - parts[n])[:rest]
    return [floor + unit * (each + (n in order)) for n, floor in enumerate(floors)]


def brought(parts, values, mode, value, grain):
    """What each part present brings to a total and what it costs, exactly, and what the total begins with."""
    if mode != "geometric":
        brings = shares(parts, values, mode)
        starts = [None if v is None else F(int(start(part) * grain), grain) for part, v in zip(parts, values)]
        begins = shares(parts, starts, mode)
        return brings, [before - after for before, after in zip(begins, brings)], sum(begins)
    weights = [F(part["weight"]) for part, v in zip(parts, values) if v is not None]
    if any(v is not None and v <= 0 for v in values):  # parts with nothing take it all
        lacks = [F(part["weight"]) * (v <= 0) for part, v in zip(parts, values) if v is not None]
    else:
        with localcontext(prec=60):
            lacks = [F(int(-one * 1000 * 10**12)) for one in logarithms(parts, values)]
    costs = [lack * (100 - value) / (sum(lacks) or 1) for lack in lacks]
    return [weight * value / sum(weights) for weight in weights], costs, F(100)
