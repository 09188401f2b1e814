"""What each move is called on its button, and what it will do, said before it is made."""

from django.utils.translation import gettext_lazy

from ..rules import Move

#: Verb and consequence of every move but the hand-over, whose consequence is a date.
WORDS = {
    Move.RECEIVE: (
        gettext_lazy("Receive"),
        gettext_lazy("Confirms that your unit has it. The deadline stays: %(due)s."),
    ),
    Move.SUBMIT: (
        gettext_lazy("Submit the repair"),
        gettext_lazy("Goes to the creation office for checking; the clock runs until it is closed."),
    ),
    Move.SEND_BACK: (
        gettext_lazy("Send back"),
        gettext_lazy("Goes back to %(unit)s and counts as one rework; the deadline does not move."),
    ),
    Move.CLOSE: (
        gettext_lazy("Close the problem"),
        gettext_lazy("A closed problem counts in the figures of %(unit)s from today and does not change any more."),
    ),
    Move.RETURN: (
        gettext_lazy("Return: not our unit's"),
        gettext_lazy(
            "Goes back to the creation office, which decides anew; it counts no longer for %(unit)s, and as no rework."
        ),
    ),
    Move.TRANSFER: (
        gettext_lazy("Transfer"),
        gettext_lazy(
            "The next unit has to receive it anew, and it counts for that unit; what %(unit)s did stays in its steps."
        ),
    ),
    Move.REOPEN: (
        gettext_lazy("Reopen"),
        gettext_lazy("Counts as open again from now, in the figures of %(unit)s as well; its deadline was %(due)s."),
    ),
    Move.ASK_TIME: (
        gettext_lazy("Ask for more time"),
        gettext_lazy("The creation office decides. Until it grants the new date the deadline stays: %(due)s."),
    ),
    Move.GRANT_TIME: (
        gettext_lazy("Grant more time"),
        gettext_lazy("The deadline moves from %(due)s to %(until)s; %(unit)s can then be granted no more."),
    ),
    Move.REFUSE_TIME: (
        gettext_lazy("Refuse more time"),
        gettext_lazy("The deadline stays: %(due)s. The unit reads the reason and may ask again."),
    ),
    Move.ASK_SUSPEND: (
        gettext_lazy("Ask for suspension"),
        gettext_lazy(
            "For what cannot be put right for now. The creation office decides; until then the deadline stays: %(due)s."
        ),
    ),
    Move.SUSPEND: (
        gettext_lazy("Suspend"),
        gettext_lazy(
            "The clock stands still and it is not overdue; then it resumes by itself, the deadline moved by as much."
        ),
    ),
    Move.REFUSE_SUSPENSION: (gettext_lazy("Refuse suspension"), gettext_lazy("The deadline stays: %(due)s.")),
    Move.RESUME: (
        gettext_lazy("Resume now"),
        gettext_lazy(
            "The clock of %(unit)s runs again from now; the deadline moves by the working time it stood still."
        ),
    ),
    Move.CANCEL: (
        gettext_lazy("Cancel it"),
        gettext_lazy(
            "It ends here and counts for nobody, neither as open nor as rework. The reason stays in the ledger."
        ),
    ),
    Move.FIX: (
        gettext_lazy("Fixed on the spot"),
        gettext_lazy("Closed at once and marked so; it counts for %(unit)s as closed in time. A photograph shows it."),
    ),
    Move.ADD: (
        gettext_lazy("Seen again"),
        gettext_lazy("Your words and photographs go to this problem; no second one is noted."),
    ),
    Move.PLAN: (
        gettext_lazy("Write the plan"),
        gettext_lazy("The creation office reads it; earlier plans stay. The deadline does not move: %(due)s."),
    ),
    Move.ASSIGN_CHECK: (
        gettext_lazy("Have it checked on the spot"),
        gettext_lazy("It stands in this person's list; what they find closes the problem or sends it back."),
    ),
    Move.MERGE: (
        gettext_lazy("Merge: a copy of another"),
        gettext_lazy(
            "The original keeps its history and counts alone; this one closes and reopens with it. Nothing is deleted."
        ),
    ),
    Move.UNMERGE: (
        gettext_lazy("Undo the merge"),
        gettext_lazy(
            "It is a problem of its own again and waits to be handed over, with a new deadline; it counts again, also "
            "in the weeks before. The other one stays as it is."
        ),
    ),
    Move.SPLIT: (
        gettext_lazy("Split it"),
        gettext_lazy(
            "Each part is a problem of its own with these photographs. This one ends here, with links to its parts, "
            "and counts no more."
        ),
    ),
}
