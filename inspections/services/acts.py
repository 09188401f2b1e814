"""A move of the ledger as somebody asks for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.files.base import File

from campaign.models import User
from units.models import Unit

from ..models import Problem
from ..rules import Move, SystemMove


@dataclass(frozen=True, slots=True)
class Part:
    """One of the problems that a problem is split into; ``photos``: which of its photographs, None for all."""

    unit: Unit
    text: str
    limit: str
    photos: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One move as asked for: by whom and when, with what goes with it.

    ``unit``, ``limit`` and ``text`` correct a problem while it is handed over (None: as noted), ``supporting`` are the
    units that help (None: as before). For a transfer, ``unit`` is the next holder, and ``keep_due`` leaves the deadline
    where it is; a reopened problem keeps it unless a ``limit`` is given. For a return, ``unit`` is the one that the
    holder proposes. ``photos`` are the uuids of photographs sent before; with a submitted repair, ``pairs`` names the
    photograph after for those before, ``unpaired`` the reason why there is none. ``until`` is the day to which more
    time or a suspension runs, or on which a plan is to be ready; ``responsible`` the plan's person. ``inspector`` is
    who is to check, ``original`` what a copy is merged into, ``parts`` what a problem is split into, at once handed
    over with ``hand_over``. ``proofs`` are files that show why a suspension is asked for or set. ``one_of_many``: a run
    does the same with others and tells people when it is through.
    """

    move: Move | SystemMove
    by: User
    at: datetime
    note: str = ""
    unit: Unit | None = None
    supporting: Collection[Unit] | None = None
    limit: str | None = None
    keep_due: bool = False
    text: str | None = None
    photos: Collection[UUID] = ()
    pairs: Mapping[UUID, UUID] = field(default_factory=dict)
    unpaired: Mapping[UUID, str] = field(default_factory=dict)
    until: date | None = None
    proofs: Sequence[File] = ()
    responsible: str = ""
    inspector: User | None = None
    original: Problem | None = None
    parts: Sequence[Part] = ()
    hand_over: bool = False
    one_of_many: bool = False

    @property
    def all_photos(self) -> frozenset[UUID]:
        """Every photograph that comes with the move, in a pair or not."""
        return frozenset({*self.photos, *self.pairs.values()})
