"""The codes of what is entered."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from campaign.queries import take_numbers


def new_codes(prefix: str, days: Iterable[date], digits: int) -> list[str]:
    """Codes such as ``WT-2611-0482`` for things of these days, in their order: prefix, year and month, number."""
    months = [f"{prefix}-{day:%y%m}-" for day in days]
    places = defaultdict(list)
    for place, month in enumerate(months):
        places[month].append(place)
    codes = [""] * len(months)
    for month in sorted(places):
        for place, number in zip(places[month], take_numbers(month, len(places[month])), strict=True):
            codes[place] = f"{month}{number:0{digits}}"
    return codes
