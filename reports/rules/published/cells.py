"""The values of a published table: its columns as printed, and after them the columns that a rule computes."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from .formulas import Evaluated, Node, Span
from .tables import PublishedTable

PLACES, DIGITS = 20, 60


class Cells:
    """A table with computed columns; the n-th of them stands n columns after the last printed one."""

    def __init__(self, table: PublishedTable, formulas: Sequence[Node]) -> None:
        self.table, self.width = table, len(table.columns)
        rows = len(table.rows)
        self.exact = [Evaluated(node, rows, self._exact) for node in formulas]
        self.wide = [Evaluated(node, rows, self._wide) for node in formulas]
        self.steps = [self._step(column) for column in range(self.width)]

    def value(self, row: int, column: int) -> Decimal | None:
        """The value of a row, of computed columns with 20 places where it does not come out even."""
        if column < self.width:
            return self.table.rows[row].values[column]
        found = self.exact[column - self.width].of(row)
        return None if found is None else decimal(found[0])

    def column(self, column: int) -> list[Decimal | None]:
        """All values of a column."""
        return [self.value(row, column) for row in range(len(self.table.rows))]

    def ends(self, row: int, column: int) -> tuple[Decimal, Decimal] | None:
        """The least and greatest value that the figures as printed allow."""
        found = self._wide(row, column)
        return None if found is None else (decimal(found[0]), decimal(found[1]))

    def _step(self, column: int) -> Fraction:
        """Half a unit of the last place; whole numbers are counts and points, which nobody rounded."""
        places = self.table.places_of(column)
        return Fraction(1, 2 * 10**places) if places else Fraction(0)

    def _exact(self, row: int, column: int) -> Span | None:
        if column >= self.width:
            return self.exact[column - self.width].of(row)
        value = self.table.rows[row].values[column]
        return None if value is None else (Fraction(value), Fraction(value))

    def _wide(self, row: int, column: int) -> Span | None:
        if column >= self.width:
            return self.wide[column - self.width].of(row)
        value = self.table.rows[row].values[column]
        return None if value is None else (Fraction(value) - self.steps[column], Fraction(value) + self.steps[column])


def decimal(value: Fraction) -> Decimal:
    """A fraction as a decimal, with 20 places where it does not come out even."""
    with localcontext() as context:
        context.prec = DIGITS
        found = Decimal(value.numerator) / Decimal(value.denominator)
        return found if -int(found.as_tuple().exponent) <= PLACES else found.quantize(Decimal(1).scaleb(-PLACES))
