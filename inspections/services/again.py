"""Noting with a second thought: seen before (it goes to that problem), or put right on the spot (closed at once)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaign.models import User

from ..models import Problem
from ..rules import Move, State
from .ledger import move_problem
from .noting import note_problem


@transaction.atomic
def see_again(*, problem: Problem, note: str, by: User, at: datetime, photos: Collection[UUID] = ()) -> Problem:
    """Add what somebody saw to a problem that stands already, whatever was done to it meanwhile; raises as a move."""
    row = Problem.objects.select_for_update(of=("self",)).get(pk=problem.pk)
    return move_problem(problem=row, move=Move.ADD, version=row.version, by=by, at=at, note=note, photos=photos)


@transaction.atomic
def fix_on_the_spot(*, problem: Problem, by: User, at: datetime, photos: Collection[UUID]) -> Problem:
    """Close a problem that was just noted and put right; the same sent again finds it closed and changes nothing."""
    if problem.state != State.NOTED:
        return problem
    return move_problem(problem=problem, move=Move.FIX, version=problem.version, by=by, at=at, photos=photos)


@transaction.atomic
def note_fixed(*, after: Collection[UUID], by: User, noted_at: datetime, **given: Any) -> Problem:
    """Note a problem and close it in one act; ``given`` as for ``note_problem``."""
    problem = note_problem(by=by, noted_at=noted_at, **given)
    return fix_on_the_spot(problem=problem, by=by, at=noted_at, photos=after)
