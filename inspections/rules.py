"""How an answer earns points, and who may move a problem where. Numbers and states only; no database here."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from campaign.permissions import Permission

ZERO, ONE = Decimal(0), Decimal(1)
POINTS_EXPONENT = Decimal("0.0001")
SCORE_EXPONENT = Decimal("0.01")

#: Shares of the points for the grades A, B, C, D (the state method, domain: A = 100 %, B = 66 %, C = 33 %, C# = 0).
GRADES = (ONE, Decimal("0.66"), Decimal("0.33"), ZERO)


class SubmissionConflict(Exception):
    """What is sent clashes with what is stored (HTTP 409). ``code`` is for machines, the message for people."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Outcome(StrEnum):
    """What was seen at one item."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"


#: Outcomes that propose a problem.
FAILED = frozenset({Outcome.PARTLY, Outcome.NOT_MET})
#: Outcomes that count; the others leave the item out of the score.
ANSWERED = frozenset({Outcome.MET, Outcome.PARTLY, Outcome.NOT_MET})


def half_up(value: Decimal, exponent: Decimal) -> Decimal:
    """Round half up to the exponent's places: 86.125 → 86.13."""
    return value.quantize(exponent, ROUND_HALF_UP)


def earned_share(
    scoring: str,
    parameters: Mapping[str, Any],
    outcome: str,
    count: int | None = None,
    deduction: Decimal | None = None,
) -> Decimal | None:
    """The share (0 to 1) of an item's points that an answer earns, or None where the item does not count.

    ``met`` always earns the whole. Otherwise, by scoring kind (DESIGN §5): ``binary`` and ``all_or_nothing`` nothing;
    ``graded`` A/B/C/D by the count of occurrences against ``thresholds`` (greatest counts for A, B and C);
    ``per_occurrence`` 1 − count × ``step``; ``deduction`` 1 − the deduction entered; ``proportional`` count ÷
    ``target``. All lie between 0 and 1. A count that was not given is one occurrence (for ``proportional``: none).
    """
    if outcome not in ANSWERED:
        return None
    if outcome == Outcome.MET:
        return ONE
    match scoring:
        case "graded":
            limits = parameters.get("thresholds", [0, 1, 2])
            seen = 1 if count is None else count
            return GRADES[sum(seen > limit for limit in limits)]
        case "per_occurrence":
            return clamp(ONE - (1 if count is None else count) * Decimal(str(parameters.get("step", "0.5"))))
        case "deduction":
            return clamp(ONE - (ONE if deduction is None else deduction))
        case "proportional":
            return clamp(Decimal(count or 0) / Decimal(str(parameters.get("target", 1))))
        case _:
            return ZERO


def clamp(share: Decimal) -> Decimal:
    """Keep a share between 0 and 1."""
    return min(max(share, ZERO), ONE)


@dataclass(frozen=True, slots=True)
class Earned:
    """Points earned of points available, both with four places; available 0 means the answer does not count."""

    earned: Decimal
    available: Decimal


def earn(points: Decimal, share: Decimal | None) -> Earned:
    """Points of one answer: the share of the item's points, half-up to four places."""
    if share is None:
        return Earned(ZERO, ZERO)
    return Earned(half_up(points * share, POINTS_EXPONENT), half_up(points, POINTS_EXPONENT))


def total(answers: Iterable[Earned]) -> Earned:
    """Σ earned and Σ available over answers."""
    rows = list(answers)
    return Earned(sum((row.earned for row in rows), ZERO), sum((row.available for row in rows), ZERO))


def site_score(result: Earned) -> Decimal | None:
    """点位得分: earned ÷ available × 100, two places half-up; None when nothing was available."""
    return half_up(result.earned / result.available * 100, SCORE_EXPONENT) if result.available else None


class State(StrEnum):
    """Where a problem stands."""

    NOTED = "noted"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    SPLIT = "split"


#: States in which a problem waits for somebody; the others are ends.
OPEN_STATES = (State.NOTED, State.HANDED_OVER, State.RECEIVED, State.SUBMITTED, State.SENT_BACK, State.SUSPENDED)
#: States in which the holder has to act.
WITH_UNIT = (State.HANDED_OVER, State.RECEIVED, State.SENT_BACK)
#: Open states in which some unit holds the problem.
HELD = frozenset({*WITH_UNIT, State.SUBMITTED})
#: States from which a problem can be suspended (挂账): its holder has received it.
REPAIRING = frozenset({State.RECEIVED, State.SENT_BACK})
#: Ends that count nowhere: what a problem was merged into or split into counts in its place.
VOID_ENDS = (State.CANCELLED, State.MERGED, State.SPLIT)
#: Where a copy stands: as merged, or as closed or cancelled with its original.
COPY_STATES = frozenset({State.MERGED, State.CLOSED, State.CANCELLED})
#: States that unit staff do not see: nobody has handed the problem over, or it is no problem of its own.
NOT_FOR_UNITS = (State.NOTED, *VOID_ENDS)


class Move(StrEnum):
    """An act that changes a problem's state."""

    HAND_OVER = "hand_over"
    RECEIVE = "receive"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    CLOSE = "close"
    RETURN = "return"
    TRANSFER = "transfer"
    REOPEN = "reopen"
    ASK_TIME = "ask_time"
    GRANT_TIME = "grant_time"
    REFUSE_TIME = "refuse_time"
    ASK_SUSPEND = "ask_suspend"
    SUSPEND = "suspend"
    REFUSE_SUSPENSION = "refuse_susp"
    RESUME = "resume"
    CANCEL = "cancel"
    FIX = "fix"
    ADD = "add"
    PLAN = "plan"
    ASSIGN_CHECK = "assign_check"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states a move starts, where it leads (None: it stays), and which permission it takes."""

    sources: frozenset[State]
    target: State | None
    permission: Permission
    reason_required: bool = False


TRANSITIONS: dict[Move, Transition] = {
    Move.HAND_OVER: Transition(frozenset({State.NOTED}), State.HANDED_OVER, Permission.HAND_OVER),
    Move.RECEIVE: Transition(frozenset({State.HANDED_OVER}), State.RECEIVED, Permission.REPAIR),
    Move.SUBMIT: Transition(frozenset({State.RECEIVED, State.SENT_BACK}), State.SUBMITTED, Permission.REPAIR),
    Move.SEND_BACK: Transition(
        frozenset({State.SUBMITTED}), State.SENT_BACK, Permission.CHECK_REPAIRS, reason_required=True
    ),
    Move.CLOSE: Transition(frozenset({State.SUBMITTED}), State.CLOSED, Permission.CHECK_REPAIRS),
    Move.RETURN: Transition(
        frozenset({State.HANDED_OVER, State.RECEIVED}), State.NOTED, Permission.REPAIR, reason_required=True
    ),
    Move.TRANSFER: Transition(frozenset(WITH_UNIT), State.HANDED_OVER, Permission.HAND_OVER, reason_required=True),
    Move.REOPEN: Transition(frozenset({State.CLOSED}), State.SENT_BACK, Permission.CHECK_REPAIRS, reason_required=True),
    Move.ASK_TIME: Transition(frozenset(WITH_UNIT), None, Permission.REPAIR, reason_required=True),
    Move.GRANT_TIME: Transition(HELD, None, Permission.HAND_OVER),
    Move.REFUSE_TIME: Transition(HELD, None, Permission.HAND_OVER, reason_required=True),
    Move.ASK_SUSPEND: Transition(REPAIRING, None, Permission.REPAIR, reason_required=True),
    Move.SUSPEND: Transition(REPAIRING, State.SUSPENDED, Permission.HAND_OVER, reason_required=True),
    Move.REFUSE_SUSPENSION: Transition(REPAIRING, None, Permission.HAND_OVER, reason_required=True),
    Move.RESUME: Transition(frozenset({State.SUSPENDED}), State.RECEIVED, Permission.HAND_OVER, reason_required=True),
    Move.CANCEL: Transition(frozenset(OPEN_STATES), State.CANCELLED, Permission.HAND_OVER, reason_required=True),
    Move.FIX: Transition(frozenset({State.NOTED}), State.CLOSED, Permission.ENTER_INSPECTIONS),
    Move.ADD: Transition(frozenset(OPEN_STATES), None, Permission.NOTE_PROBLEMS),
    Move.PLAN: Transition(REPAIRING, None, Permission.REPAIR, reason_required=True),
    Move.ASSIGN_CHECK: Transition(frozenset({State.SUBMITTED}), None, Permission.CHECK_REPAIRS),
    Move.MERGE: Transition(frozenset(OPEN_STATES), State.MERGED, Permission.HAND_OVER),
    Move.UNMERGE: Transition(COPY_STATES, State.NOTED, Permission.HAND_OVER, reason_required=True),
    Move.SPLIT: Transition(frozenset({State.NOTED, *WITH_UNIT}), State.SPLIT, Permission.HAND_OVER),
}


class SystemMove(StrEnum):
    """A move that nobody makes by hand: the system makes it on somebody's behalf."""

    DOUBT = "doubt"


class Rung(StrEnum):
    """The rungs of the ladder, from the bottom: who is told of a problem that is not put right."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    SUPERVISION = "supervision"
    SUPERVISOR = "supervisor"


#: Moves by which a check ends; the person it was assigned to may make them as the office does.
CHECK_RESULTS = (Move.CLOSE, Move.SEND_BACK)
#: What a rule about limits holds for: source and severity (empty: any), item's id (None: any).
RuleKey = tuple[str, str, int | None]


def keys_by_weight(source: str, severity: str, item: int | None) -> list[RuleKey]:
    """The rules that fit a problem, the most specific first: an item outweighs a severity, a severity a source."""
    items = [item, None] if item is not None else [None]
    return [(one, two, three) for three in items for two in (severity, "") for one in (source, "")]


def can_move(state: str, move: Move) -> bool:
    """Whether a move starts from a state."""
    return state in TRANSITIONS[move].sources


#: From this likeness on two texts are taken to speak of the same fault.
ALIKE = Decimal("0.6")


def similar(one: str, other: str) -> bool:
    """Whether two short texts say nearly the same: Dice's coefficient of their pairs of characters (2·common ÷ all).

    Spaces and punctuation do not count; texts of fewer than four characters must be equal.
    """
    first, second = ("".join(filter(str.isalnum, text.lower())) for text in (one, other))
    if min(len(first), len(second)) < 4:
        return first == second and bool(first)
    pairs = [[text[n : n + 2] for n in range(len(text) - 1)] for text in (first, second)]
    common = (Counter(pairs[0]) & Counter(pairs[1])).total()
    return Decimal(2 * common) / (len(pairs[0]) + len(pairs[1])) >= ALIKE


def drawn(
    population: Iterable[tuple[str, str]],
    *,
    share: int | None = None,
    number: int | None = None,
    per_unit: bool,
    seed: int,
) -> list[str]:
    """The codes that a draw takes from ``population``, pairs of a stratum (the unit) and a code; sorted.

    Within a stratum codes are taken ``by_lot``, so that anybody can repeat the draw.
    ``share`` (%, half-up) takes at least one of each stratum; ``number`` is divided over the strata by size with the
    greatest remainders, ties in order of the strata. Without ``per_unit`` there is one stratum.
    """
    strata: dict[str, list[str]] = {}
    for stratum, code in population:
        strata.setdefault(stratum if per_unit else "", []).append(code)
    sizes = {stratum: len(codes) for stratum, codes in sorted(strata.items())}
    wanted = _shares(sizes, share) if share else _portions(sizes, number or 0)
    found: list[str] = []
    for stratum, size in wanted.items():
        found += by_lot(strata[stratum], seed)[:size]
    return sorted(found)


def by_lot(codes: Iterable[str], seed: int) -> list[str]:
    """Codes in an order that nobody chose: of the SHA-256 of ``seed:code``."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{seed}:{code}".encode()).digest())


def _shares(sizes: Mapping[str, int], share: int) -> dict[str, int]:
    return {stratum: max(1, (size * share + 50) // 100) for stratum, size in sizes.items()}


def _portions(sizes: Mapping[str, int], number: int) -> dict[str, int]:
    total = sum(sizes.values())
    number = min(number, total)
    portions = {stratum: number * size // total for stratum, size in sizes.items()} if total else {}
    by_remainder = sorted(sizes, key=lambda stratum: (-(number * sizes[stratum] % total), stratum))
    for stratum in by_remainder[: number - sum(portions.values())]:
        portions[stratum] += 1
    return portions
