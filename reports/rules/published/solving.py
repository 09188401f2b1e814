"""Weights that stand nowhere, solved from the totals: exact least squares, and the roundest numbers beside them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

#: Weights are sought as multiples of these, of the whole; then as multiples of the last as they stand.
STEPS = [Fraction(1, one) for one in (20, 100, 200, 1000)]
POINTS = [Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(1, 20), Fraction(1, 100), Fraction(1, 1000)]
#: Rounds in which rows that are far off are left out, and most columns that are solved for.
ROUNDS, MOST = 3, 40


def least_squares(rows: Sequence[Sequence[Fraction]], totals: Sequence[Fraction]) -> list[Fraction]:
    """The coefficients whose sums come nearest to the totals; 0 for a column that follows from those before it."""
    width = len(rows[0])
    columns = [*zip(*rows, strict=True), tuple(totals)]
    table = [
        [sum((a * b for a, b in zip(columns[i], columns[j], strict=True)), Fraction(0)) for j in range(width + 1)]
        for i in range(width)
    ]
    pivots: list[tuple[int, int]] = []
    line = 0
    for column in range(width):
        at = next((one for one in range(line, width) if table[one][column]), None)
        if at is None:
            continue
        table[line], table[at] = table[at], table[line]
        table[line] = [value / table[line][column] for value in table[line]]
        for other in range(width):
            if other != line and table[other][column]:
                factor = table[other][column]
                table[other] = [a - factor * b for a, b in zip(table[other], table[line], strict=True)]
        pivots.append((line, column))
        line += 1
    found = [Fraction(0)] * width
    for line, column in pivots:
        found[column] = table[line][width]
    return found


def solved(rows: Sequence[Sequence[Fraction]], totals: Sequence[Fraction], slack: Fraction) -> list[Fraction] | None:
    """Least squares without the rows that are farther off than ``slack`` allows; None where too few rows are left.

    A total that was added up wrongly must not bend all weights: in each round the worst tenth of those far off goes.
    """
    if not rows or len(rows[0]) > MOST:
        return None
    pairs = list(zip(rows, totals, strict=True))
    for _round in range(ROUNDS):
        if len(pairs) < len(rows[0]) + 1:
            return None
        found = least_squares([row for row, _total in pairs], [total for _row, total in pairs])
        off = [abs(sum((a * b for a, b in zip(row, found, strict=True)), Fraction(0)) - total) for row, total in pairs]
        far = sorted((gap for gap in off if gap > slack), reverse=True)
        if not far:
            return found
        limit = far[min(len(far) - 1, max(0, len(pairs) // 10))]
        kept = [pair for pair, gap in zip(pairs, off, strict=True) if gap <= max(limit, slack)]
        if len(kept) == len(pairs):
            kept = [pair for pair, gap in zip(pairs, off, strict=True) if gap < limit]
        if len(kept) < len(rows[0]) + 1:
            return found
        pairs = kept
    return found


def rounder(found: Sequence[Fraction]) -> Iterator[list[Fraction]]:
    """Rounder coefficients near those that were found, the roundest first; each as a share of 1 or as it stands."""
    whole = sum(found, Fraction(0))
    if all(one > -Fraction(1, 200) for one in found) and abs(whole - 1) < Fraction(1, 20):
        for step in STEPS:
            shares = [round(one / step) * step for one in found]
            over = sum(shares) - 1
            if not over:
                yield shares
            elif abs(over) == step:
                yield from ([*shares[:at], share - over, *shares[at + 1 :]] for at, share in enumerate(shares))
    for step in POINTS:
        yield [round(one / step) * step for one in found]
    yield [Fraction(one).limit_denominator(12) for one in found]
