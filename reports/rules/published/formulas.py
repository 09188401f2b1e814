"""Columns that a rule computes from others, written as in a spreadsheet: ``整改数 / 交办数 * 100``, ``min(甲, 乙)``.

``+ - * / ^`` (and × ÷), brackets, percentages, comparisons within ``if``, heads as they are or in quotation marks, and
the functions below. Each value is an interval: the least and greatest that the figures as printed allow; of exact
figures both ends are one. What lacks a figure has no value, but functions of several values pass over those that are
missing. Values are fractions; roots, logarithms and powers are taken to 40 digits.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

from django.utils.translation import gettext as _

from ..reading import SpecError

DIGITS, LARGEST, MOST_BITS, POWER = 40, Fraction(10**30), 2048, 6
LONGEST, DEEPEST = 1000, 30
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<percent>%)?(?!\w)|[\"“”「](?P<quoted>[^\"“”」]{1,60})[\"“”」]"
    r"|(?P<sign><=|>=|[-+*/^(),<>=])|(?P<name>[^\s\"“”「」+*/^(),<>=%-]+))"
)
WIDE = str.maketrans("＋－×÷＊／（），＜＞＝％，−≥≤", "+-*/*/(),<>=%,-≥≤")

Span = tuple[Fraction, Fraction]
#: Reads a column of a row: its interval, or None.
Reading = Callable[[int, int], Span | None]


@dataclass(slots=True)
class Node:
    """A step of a formula: what it does, to which steps, with which constant or column."""

    does: str
    of: list["Node"] = field(default_factory=list)
    value: Fraction = Fraction(0)
    column: int = -1

    def columns(self) -> set[int]:
        """Every column that it reads."""
        own = {self.column} if self.does == "column" else set()
        return own.union(*(one.columns() for one in self.of))


def parsed(text: str, column_of: Callable[[str], int]) -> Node:
    """The steps of a formula; ``column_of`` finds a head. Raises SpecError where it is none."""
    return _Parser(text, column_of).whole()


class _Parser:
    """Reads a formula from left to right."""

    def __init__(self, text: str, column_of: Callable[[str], int]) -> None:
        self.text, self.column_of = text, column_of
        self.tokens, self.at, self.depth = _tokens(text), 0, 0

    def whole(self) -> Node:
        found = self.sum()
        if self.at < len(self.tokens):
            raise self.fault()
        return found

    def fault(self) -> SpecError:
        return SpecError([_("The formula “%(text)s” cannot be read.") % {"text": self.text[:80]}])

    def next_is(self, *signs: str) -> str:
        """Takes one of these signs if it is next."""
        if self.at < len(self.tokens) and self.tokens[self.at] in [("sign", sign) for sign in signs]:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fault()
        first = self.product()
        terms = [first]
        while sign := self.next_is("+", "-"):
            term = self.product()
            terms.append(term if sign == "+" else Node("minus", [term]))
        self.depth -= 1
        return first if len(terms) == 1 else Node("plus", terms)

    def product(self) -> Node:
        factors = [self.power()]
        while sign := self.next_is("*", "/"):
            factor = self.power()
            factors.append(factor if sign == "*" else Node("inverse", [factor]))
        return factors[0] if len(factors) == 1 else Node("times", factors)

    def power(self) -> Node:
        if self.next_is("-"):
            return Node("minus", [self.atom()])
        self.next_is("+")
        base = self.atom()
        return Node("power", [base, self.atom()]) if self.next_is("^") else base

    def atom(self) -> Node:
        if self.next_is("("):
            inner = self.sum()
            if not self.next_is(")"):
                raise self.fault()
            return inner
        if self.at >= len(self.tokens) or self.tokens[self.at][0] == "sign":
            raise self.fault()
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Node("number", value=Fraction(text))
        name = ALIASES.get(text.lower(), text.lower())
        if kind == "name" and name in FUNCTIONS and self.next_is("("):
            return self.call(name)
        return Node("column", column=self.column_of(text))

    def call(self, name: str) -> Node:
        given = [self.compared()]
        while self.next_is(","):
            given.append(self.compared())
        least, most = FUNCTIONS[name]
        if not self.next_is(")") or not least <= len(given) <= most:
            raise self.fault()
        return Node(name, given)

    def compared(self) -> Node:
        """A value, or a comparison of two."""
        one = self.sum()
        if sign := self.next_is("<=", ">=", "<", ">", "="):
            return Node(sign, [one, self.sum()])
        return one


def _tokens(text: str) -> list[tuple[str, str]]:
    plain, at, found = text.translate(WIDE).replace("≥", ">=").replace("≤", "<=").strip().removeprefix("="), 0, []
    fault = SpecError([_("The formula “%(text)s” cannot be read.") % {"text": text[:80]}])
    if len(plain) > LONGEST:
        raise fault
    while plain[at:].strip():
        match = TOKEN.match(plain, at)
        if not match:
            raise fault
        at = match.end()
        if match["number"]:
            found.append(("number", str(Fraction(match["number"]) / (100 if match["percent"] else 1))))
        else:
            kind = next(name for name in ("quoted", "sign", "name") if match[name])
            found.append((kind, match[kind]))
    return found


#: Functions with the least and most number of values.
FUNCTIONS = {
    "min": (1, 99), "max": (1, 99), "sum": (1, 99), "mean": (1, 99), "median": (1, 99), "harmonic": (1, 99),
    "geometric": (1, 99), "mean_without": (3, 99), "count": (1, 99), "or": (2, 2), "if": (3, 3), "abs": (1, 1),
    "round": (1, 2), "down": (1, 2), "ln": (1, 1), "exp": (1, 1), "sqrt": (1, 1),
    "z": (1, 1), "column_max": (1, 1), "column_min": (1, 1), "column_mean": (1, 1), "column_deviation": (1, 1),
    "column_place": (1, 1),
}  # fmt: skip
ALIASES = {"average": "mean", "平均": "mean", "合计": "sum", "求和": "sum", "最大": "max", "最小": "min", "如果": "if",
           "四舍五入": "round"}  # fmt: skip
#: Those that look at the whole column.
WHOLE = {"z", "column_max", "column_min", "column_mean", "column_deviation", "column_place"}


class Evaluated:
    """A formula over the rows of a table, of which ``read`` gives the columns."""

    def __init__(self, node: Node, rows: int, read: Reading) -> None:
        self.node, self.rows, self.read = node, rows, read
        self.wholes: dict[int, list[Span | None]] = {}

    def of(self, row: int) -> Span | None:
        """The interval of a row."""
        return self._of(self.node, row)

    def _of(self, node: Node, row: int) -> Span | None:
        if node.does == "number":
            return node.value, node.value
        if node.does == "column":
            return self.read(row, node.column)
        if node.does in WHOLE:
            return _tame(self._whole(node, row))
        given = [self._of(one, row) for one in node.of]
        if node.does in SKIPPING:
            return _tame(SKIPPING[node.does](given))
        known = [one for one in given if one is not None]
        if len(known) < len(given):
            return None
        return _tame(STRICT[node.does](known))

    def _whole(self, node: Node, row: int) -> Span | None:
        if id(node) not in self.wholes:
            self.wholes[id(node)] = [self._of(node.of[0], at) for at in range(self.rows)]
        column = self.wholes[id(node)]
        own, known = column[row], [one for one in column if one is not None]
        middles = [sum(one, Fraction(0)) / 2 for one in known]
        if not known:
            return None
        if node.does in ("column_max", "column_min"):
            pick = max if node.does == "column_max" else min
            return pick(one[0] for one in known), pick(one[1] for one in known)
        mean = sum(middles, Fraction(0)) / len(middles)
        deviation = _root(sum(((one - mean) ** 2 for one in middles), Fraction(0)) / len(middles))
        if node.does in ("column_mean", "column_deviation"):
            return (mean, mean) if node.does == "column_mean" else (deviation, deviation)
        if own is None:
            return None
        if node.does == "column_place":
            place = Fraction(1 + sum(one > sum(own, Fraction(0)) / 2 for one in middles))
            return place, place
        return ((own[0] - mean) / deviation, (own[1] - mean) / deviation) if deviation else (Fraction(0), Fraction(0))


def _tame(span: Span | None) -> Span | None:
    """An interval whose ends are no longer than need be; None where they are beyond all measure."""
    if span is None or max(abs(span[0]), abs(span[1])) > LARGEST:
        return None
    low, high = (_short(end) for end in span)
    return low, high


def _short(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) <= MOST_BITS:
        return value
    return Fraction(_decimal(value))


def _decimal(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = DIGITS
        return Decimal(value.numerator) / Decimal(value.denominator)


def _with_digits(work: Callable[[Decimal], Decimal], value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = DIGITS
        return Fraction(work(_decimal(value)))


def _root(value: Fraction) -> Fraction:
    return _with_digits(Decimal.sqrt, value)


def _present(given: Sequence[Span | None]) -> list[Span]:
    return [one for one in given if one is not None]


def _ends(work: Callable[[list[Fraction]], Fraction]) -> Callable[[Sequence[Span | None]], Span | None]:
    """A function that grows with each of its values, at both ends; missing values are passed over."""

    def both(given: Sequence[Span | None]) -> Span | None:
        known = _present(given)
        return (work([one[0] for one in known]), work([one[1] for one in known])) if known else None

    return both


def _sum(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _median(values: list[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _harmonic(values: list[Fraction]) -> Fraction:
    return len(values) / sum((1 / value for value in values), Fraction(0)) if min(values) > 0 else Fraction(0)


def _geometric(values: list[Fraction]) -> Fraction:
    if min(values) <= 0:
        return Fraction(0)
    with localcontext() as context:
        context.prec = DIGITS
        return Fraction((sum((_decimal(one).ln() for one in values), Decimal(0)) / len(values)).exp())


def _mean_without(given: Sequence[Span | None]) -> Span | None:
    """The mean without so many of the least and so many of the greatest: mean_without(1, 1, 甲, 乙, 丙)."""
    low, high = (int(one[0]) if one else 0 for one in given[:2])

    def work(values: list[Fraction]) -> Fraction:
        kept = sorted(values)[max(0, low) : len(values) - max(0, high)]
        return _mean(kept or values)

    return _ends(work)(given[2:])


def _chosen(given: Sequence[Span | None]) -> Span | None:
    """if(condition, then, else)."""
    return None if given[0] is None else given[1] if given[0][0] else given[2]


SKIPPING: dict[str, Callable[[Sequence[Span | None]], Span | None]] = {
    "min": _ends(min), "max": _ends(max), "sum": _ends(_sum), "mean": _ends(_mean), "median": _ends(_median),
    "harmonic": _ends(_harmonic), "geometric": _ends(_geometric), "mean_without": _mean_without,
    "count": lambda given: (Fraction(len(_present(given))),) * 2,
    "or": lambda given: given[1] if given[0] is None else given[0],
    "if": _chosen,
}  # fmt: skip


def _times(given: Sequence[Span]) -> Span:
    low, high = given[0]
    for one in given[1:]:
        corners = [a * b for a, b in product((low, high), one)]
        low, high = min(corners), max(corners)
    return low, high


def _inverse(given: Sequence[Span]) -> Span | None:
    low, high = given[0]
    return None if low <= 0 <= high else (1 / high, 1 / low)


def _power(given: Sequence[Span]) -> Span | None:
    corners = [_powered(base, exponent) for base, exponent in product(*given)]
    known = [one for one in corners if one is not None]
    return (min(known), max(known)) if len(known) == len(corners) else None


def _powered(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator == 1 and abs(exponent) <= POWER and (base or exponent > 0):
        return base**exponent.numerator
    if base <= 0 or abs(exponent) > 100:
        return Fraction(0) if base == 0 and exponent > 0 else None
    return _with_digits(lambda value: value ** _decimal(exponent), base)


def _monotone(work: Callable[[Fraction], Fraction | None]) -> Callable[[Sequence[Span]], Span | None]:
    def both(given: Sequence[Span]) -> Span | None:
        low, high = (work(end) for end in given[0])
        return None if low is None or high is None else (low, high)

    return both


def _rounded(given: Sequence[Span], half: Fraction) -> Span:
    unit = Fraction(10) ** max(0, min(12, int(given[1][0]))) if len(given) > 1 else Fraction(1)
    low, high = (_half_up(end * unit, half) / unit for end in given[0])
    return low, high


def _half_up(value: Fraction, half: Fraction) -> Fraction:
    whole = (abs(value) + half).__floor__()
    return Fraction(whole if value >= 0 else -whole)


def _absolute(given: Sequence[Span]) -> Span:
    low, high = given[0]
    least = Fraction(0) if low <= 0 <= high else min(abs(low), abs(high))
    return least, max(abs(low), abs(high))


def _compared(test: Callable[[Fraction, Fraction], bool]) -> Callable[[Sequence[Span]], Span]:
    def both(given: Sequence[Span]) -> Span:
        found = Fraction(test(_mean(given[0]), _mean(given[1])))
        return found, found

    return both


STRICT: dict[str, Callable[[Sequence[Span]], Span | None]] = {
    "plus": lambda given: (sum((one[0] for one in given), Fraction(0)), sum((one[1] for one in given), Fraction(0))),
    "minus": lambda given: (-given[0][1], -given[0][0]),
    "times": _times, "inverse": _inverse, "power": _power, "abs": _absolute,
    "round": lambda given: _rounded(given, Fraction(1, 2)), "down": lambda given: _rounded(given, Fraction(0)),
    "ln": _monotone(lambda value: _with_digits(Decimal.ln, value) if value > 0 else None),
    "exp": _monotone(lambda value: _with_digits(Decimal.exp, value) if value < 70 else None),
    "sqrt": _monotone(lambda value: _root(value) if value >= 0 else None),
    "<": _compared(lambda one, two: one < two), "<=": _compared(lambda one, two: one <= two),
    ">": _compared(lambda one, two: one > two), ">=": _compared(lambda one, two: one >= two),
    "=": _compared(lambda one, two: one == two),
}  # fmt: skip
