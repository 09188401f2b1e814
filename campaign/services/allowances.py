"""How often the anonymous may write: a sliding hour for each address, each place and the city, counted in the database.

Where the database is away nothing can be written either, so the limiter is closed when it is down. People who are
signed in are never counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from ..models import Allowance

WINDOW = timedelta(hours=1)
PHOTOS_OF_A_REPORT = 3

TAKE = """
INSERT INTO campaign_allowance AS kept (key, taken, last) VALUES (%(key)s, ARRAY[%(at)s]::timestamptz[], %(at)s)
ON CONFLICT (key) DO UPDATE SET
    taken = ARRAY(SELECT moment FROM unnest(kept.taken) moment WHERE moment > %(since)s) || %(at)s::timestamptz,
    last = %(at)s
WHERE (SELECT count(*) FROM unnest(kept.taken) moment WHERE moment > %(since)s) < %(most)s
RETURNING key
"""


class TooMany(Exception):
    """A limit is reached; nothing was counted."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` times an hour for one value of a kind (an address, a place, the whole city)."""

    kind: str
    value: str
    most: int

    @property
    def key(self) -> str:
        """The digest under which it is counted."""
        return salted_hmac("allowance", f"{self.kind}:{self.value}", algorithm="sha256").hexdigest()


def writing_limits(what: str, *, address: str, place: str = "") -> list[Limit]:
    """The limits for one report or suggestion, in the order in which they are always taken (so that none deadlock)."""
    most = settings.WRITING_LIMITS
    limits = [Limit(f"{what}/address", network_of(address), most["address"])]
    if place:
        limits.append(Limit(f"{what}/place", "".join(place.casefold().split()), most["place"]))
    return [*limits, Limit(f"{what}/city", "", most["city"])]


def photo_limits(address: str) -> list[Limit]:
    """The limits for one photograph without an account: each of a report may come twice, but nobody fills the store."""
    most = settings.WRITING_LIMITS
    address_most, city_most = 2 * PHOTOS_OF_A_REPORT * most["address"], PHOTOS_OF_A_REPORT * most["city"]
    return [Limit("photo/address", network_of(address), address_most), Limit("photo/city", "", city_most)]


def tries(address: str) -> list[Limit]:
    """The limit for everything that an address may ask of us without an account: searching, sending, tracking."""
    return [Limit("try", network_of(address), settings.WRITING_LIMITS["tries"])]


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or the /64 that an IPv6 household holds."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


@transaction.atomic
def take(limits: Iterable[Limit], *, at: datetime) -> None:
    """Count one under each limit, or under none: raises TooMany when one is reached."""
    with connection.cursor() as cursor:
        for limit in limits:
            cursor.execute(TAKE, {"key": limit.key, "at": at, "since": at - WINDOW, "most": limit.most})
            if cursor.fetchone() is None:
                raise TooMany


def look(limits: Iterable[Limit], *, at: datetime) -> None:
    """Raises TooMany when one of the limits is reached; counts nothing. Saves work that would be thrown away."""
    most = {limit.key: limit.most for limit in limits}
    for row in Allowance.objects.filter(key__in=most):
        if sum(moment > at - WINDOW for moment in row.taken) >= most[row.key]:
            raise TooMany


def forget_allowances(*, at: datetime) -> int:
    """Remove counts that no longer matter; returns how many."""
    gone, _detail = Allowance.objects.filter(last__lte=at - WINDOW).delete()
    return gone
