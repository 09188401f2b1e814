"""Which sites and units the parts of a message name: three statements for the whole message, whatever its length."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Right

from campaign.models import User
from units.models import Membership, Site, Unit
from units.rules import called

from ..documents.chat import Part
from ..documents.names import Directory, Guess, Surety, plain, without_name
from ..documents.traditional import simplified

#: What a mention joins a unit and a person with: ``东街街道-王强``.
JOINTS = re.compile(r"[-—_·/\s()（）|:：]+")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A part with the site and unit that it seems to name.

    ``site`` is None where none was found or it is doubtful; ``sites`` are then those it may be. ``unit`` is None where
    it is the site's (or none was found).
    """

    part: Part
    site: Site | None
    sites: tuple[Site, ...]
    site_guess: Guess | None
    unit: Unit | None
    unit_guess: Guess | None

    @property
    def words(self) -> str:
        """What is wrong, without the name of the site in front."""
        guess = self.site_guess
        return without_name(self.part.text, guess.words) if self.site and guess else self.part.text

    @property
    def holder(self) -> Unit | None:
        """The unit that will answer for it, as it stands."""
        return self.unit or (self.site.unit if self.site else None)


def proposed(parts: Sequence[Part], *, message: str, by: User, on: date) -> list[Proposed]:
    """The parts of ``message`` with the sites and units they name, in their order."""
    told = Value(plain(simplified(message)))
    members = _members({name for part in parts for name in (*part.mentions, *part.asked)})
    place = Places(_sites(told, by), _units(told, on, also=set().union(*members.values())), members)
    return [place.of(part) for part in parts]


def _sites(told: Value, by: User) -> Iterable[Site]:
    """Sites in use whose code, or the end of whose name, stands in the message, and those with aliases."""
    ends = Site.objects.open_to(by).annotate(told=told, end=Right(Lower("name"), 2), small=Lower("code"))
    return ends.filter(Q(told__contains=F("end")) | Q(told__contains=F("small")) | ~Q(aliases="")).select_related(
        "unit"
    )


def _units(told: Value, on: date, *, also: Collection[int]) -> Iterable[Unit]:
    """Units of that day whose short name, or the end of whose name, stands in the message; those with aliases too."""
    ends = Unit.objects.valid_on(on).annotate(told=told, end=Right(Lower("name"), 1))
    short = Q(told__contains=F("short_name")) & ~Q(short_name="")
    return ends.filter(Q(told__contains=F("end")) | short | ~Q(aliases="") | Q(pk__in=also))


def _members(mentions: Iterable[str]) -> dict[str, set[int]]:
    """The names of people that are mentioned → the ids of the units they work for."""
    names = {word for mention in mentions for word in [mention, *JOINTS.split(mention)] if word}
    found: dict[str, set[int]] = {}
    if names:
        rows = Membership.objects.filter(user__name__in=names, user__is_active=True).values_list(
            "user__name", "unit_id"
        )
        for name, unit in rows:
            found.setdefault(name, set()).add(unit)
    return found


class Places:
    """The sites, units and people that a message may name."""

    def __init__(self, sites: Iterable[Site], units: Iterable[Unit], members: dict[str, set[int]]) -> None:
        self.sites = {site.pk: site for site in sites}
        self.units = {unit.pk: unit for unit in units}
        self.members = members
        self.site_names = Directory(
            (site.pk, [site.name, *called(site.aliases), site.code]) for site in self.sites.values()
        )
        self.unit_names = Directory(
            (unit.pk, [unit.name, unit.label, unit.short_name, *called(unit.aliases)]) for unit in self.units.values()
        )

    def of(self, part: Part) -> Proposed:
        """One part with what it names."""
        above = self.unit_names.find(part.heading)
        told = self.unit_names.find(part.text) or above
        near = {pk for pk, site in self.sites.items() if told and site.unit_id in told.keys}
        guess = self._site(part, near)
        site = self.sites[guess.key] if guess and guess.key else None
        sites = tuple(self.sites[key] for key in guess.keys) if guess else ()
        holder = self._unit(part, guess, above if site is None else None, site)
        unit = self.units[holder.key] if holder and holder.key else None
        if site and unit == site.unit:
            unit = None
        return Proposed(part, site, sites, guess, unit, holder)

    def _site(self, part: Part, near: set[int]) -> Guess | None:
        """By the labelled place, the words, and the words under their heading; a doubtful one is the last resort."""
        heading = part.heading.rpartition(" ")[2]
        doubtful = None
        for text in (part.place, part.text, heading + part.text, part.heading):
            guess = self.site_names.find(text, prefer=near)
            if guess and guess.surety != Surety.DOUBTFUL:
                return guess
            doubtful = doubtful or guess
        return doubtful

    def _unit(self, part: Part, site_guess: Guess | None, above: Guess | None, site: Site | None) -> Guess | None:
        """By the label, the words (without the site's), whoever is called beside it; where no site is, also by whoever
        is called for the whole message, and by the heading."""
        words = plain(part.text).replace(site_guess.words, "|") if site_guess and site else part.text
        labelled = self.unit_names.find(part.unit)
        if labelled:
            return labelled
        named = self.unit_names.find(words)
        if named and (named.surety == Surety.SURE or site is None):
            return named
        called = self._called(part.mentions, site) or (self._called(part.asked, None) if site is None else None)
        return called or above or (self._shared(site_guess) if site_guess and site is None else None)

    def _shared(self, doubtful: Guess) -> Guess | None:
        """The unit of all sites that it may be, where they have one."""
        units = {self.sites[key].unit_id for key in doubtful.keys} & self.units.keys()
        return Guess(tuple(units), Surety.LIKELY, doubtful.words) if len(units) == 1 else None

    def _called(self, mentions: Sequence[str], site: Site | None) -> Guess | None:
        """The unit of whoever is mentioned; of several the site's own, else it is doubtful."""
        meant: dict[int, None] = {}
        for mention in mentions:
            found = self.unit_names.find(mention)
            people = {pk for word in [mention, *JOINTS.split(mention)] for pk in self.members.get(word, ())}
            meant |= dict.fromkeys(found.keys if found and found.key else sorted(people & self.units.keys()))
        if not meant or (site and len(meant) > 1):
            return None
        return Guess(tuple(meant), Surety.LIKELY if len(meant) == 1 else Surety.DOUBTFUL, "@")
