"""What the services call a conflict, as the API answers it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.problems import Conflict, Taken

from ..queries.ledger import story
from ..rules import SubmissionConflict
from ..services import ledger


@contextmanager
def conflicts(user: User) -> Iterator[None]:
    """Turn what a service raises into 409 with who and when; another person's number into 404."""
    try:
        yield
    except SubmissionConflict as conflict:
        if conflict.code == "taken":
            raise Taken(str(conflict)) from conflict
        raise Conflict(str(conflict), code=conflict.code) from conflict
    except ledger.Conflict as stale:
        raise _stale(stale, user) from stale


def _stale(stale: ledger.Conflict, user: User) -> Conflict:
    last = story(stale.problem, user)[-1]
    sentence = _("Somebody was faster: look at the problem as it stands now, then decide.")
    more = {"state": stale.problem.state, "version": stale.problem.version}
    return Conflict(sentence, code="stale", more=more | {"by": last.who, "at": localtime(last.at)})  # type: ignore[attr-defined]
