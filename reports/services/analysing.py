"""Analyses of rankings: worked out once for a ranking's content, small ones at once, large ones by a job.

They are derived, so the cache keeps them and nothing is lost with it: who asks next has them worked out anew.
"""

from django.core.cache import cache

from ..models import Ranking
from ..queries.analysis import AnalysedRanking, analysis_of
from ..queries.rankings import ranking_stamp

KEPT_SECONDS = 24 * 3600
#: Up to so many units an analysis is made while the person waits.
SMALL = 200
#: A job that has not answered for so long is asked for again.
ASKED_SECONDS = 120


def kept_analysis(ranking: Ranking) -> AnalysedRanking | None:
    """The analysis of a ranking as it stands; a small one is made at once, None while a large one is not there."""
    found: AnalysedRanking | None = cache.get(_key(ranking))
    if found is None and ranking.rows.count() <= SMALL:
        return make_analysis(ranking)
    return found


def make_analysis(ranking: Ranking) -> AnalysedRanking:
    """Analyse a ranking and keep the result."""
    made = analysis_of(ranking)
    cache.set(_key(ranking), made, KEPT_SECONDS)
    return made


def ask_once(ranking: Ranking) -> bool:
    """Whether a job is to be sent: not while another may be at work on the same content."""
    return cache.add(f"{_key(ranking)}:asked", 1, ASKED_SECONDS)


def _key(ranking: Ranking) -> str:
    return f"analysis:{ranking_stamp(ranking)}"
