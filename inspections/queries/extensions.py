"""More time for a problem: what was asked for, and whether anything more can be."""

from collections.abc import Collection

from ..models import Extension, Problem
from .settings import ledger_settings


def open_one(asked: Collection[Extension]) -> Extension | None:
    """The request that waits for a decision."""
    return next((one for one in asked if one.granted is None), None)


def granted_now(problem: Problem, asked: Collection[Extension]) -> list[Extension]:
    """The grants that the present holder has had."""
    since = problem.handed_over_at
    return [one for one in asked if one.granted and since and one.asked_at >= since]


def may_ask(problem: Problem, asked: Collection[Extension]) -> bool:
    """Whether the holder may ask: nothing is open, and the rule leaves another grant."""
    return open_one(asked) is None and len(granted_now(problem, asked)) < ledger_settings().extensions
