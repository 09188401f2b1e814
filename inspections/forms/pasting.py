"""A message from a chat group: as it is pasted, and its parts for the person to confirm."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.models import CheckItem, User
from units.models import Site

from ..documents.chat import MOST_PARTS, share_out
from ..models import Photo, Problem
from ..queries.checklist import LimitChoice
from ..queries.naming import Proposed
from ..services.noting import DEFAULT_LIMIT
from ..services.pasting import Pasted
from .entry import MOST_PHOTOS, PhotoNumbers
from .fields import UnitField

LONGEST_MESSAGE = 20_000
#: How a site is shown in a field: its name with its code, which alone is read back.
WITH_CODE = re.compile(r".*[(\uff08]([^()\uff08\uff09]+)[)\uff09]\s*")


class MessagePhotos(PhotoNumbers):
    """The photographs of all parts."""

    most = 4 * MOST_PHOTOS


class MessageForm(forms.Form):
    """The message and its photographs. ``client_uuid`` is given out with the page, so that sending twice notes once."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    message = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={"required": _("Paste the message from the group here.")},
    )
    source = forms.ChoiceField(label=_("source"), required=False)
    photos = MessagePhotos(required=False)
    shown: Sequence[Photo] = ()  # the photographs it names, for the page
    files_name = "files"

    def __init__(self, *args: Any, sources: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = [(key, label) for key, label in Problem.Source.choices if key in sources]
        self.fields["source"] = forms.ChoiceField(label=_("source"), choices=self.sources, required=False)

    def photo_numbers(self) -> list[str]:
        """The numbers as they stand in the form, sent or initial."""
        return [str(number) for number in self["photos"].value() or ()]


class SiteField(forms.CharField):
    """A site typed as ``name (code)``, its code, or its whole name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=180, required=False, **kwargs)
        self.by: User | None = None

    def clean(self, value: Any) -> Site | None:
        """The one site in use; None for nothing. Raises ValidationError when there is none, or more than one."""
        text = super().clean(value)
        if not text or self.by is None:
            return None
        sites = Site.objects.open_to(self.by).select_related("unit")
        coded = WITH_CODE.fullmatch(text)
        found = sites.filter(code=coded[1] if coded else text).first()
        named = [found] if found else list(sites.filter(name=text)[:2])
        if len(named) != 1:
            raise ValidationError(gettext("No single site has this code or name."))
        return named[0]


def site_words(site: Site) -> str:
    """How a site stands in its field."""
    return f"{site.name} ({site.code})"


class PartForm(forms.Form):
    """One part of the message as it will be noted, unless it is left out."""

    keep = forms.BooleanField(required=False)
    text = forms.CharField(label=_("problem"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), required=False)
    site = SiteField(label=_("site"))
    unit = UnitField(label=_("responsible unit"), max_length=160, required=False)
    severity = forms.ChoiceField(label=_("severity"), choices=CheckItem.Severity.choices, required=False)
    limit = forms.ChoiceField(label=_("repair limit"), required=False)
    despite = forms.CharField(
        label=_("Note it all the same, because"),
        max_length=200,
        required=False,
        help_text=_("Goes into the audit trail."),
    )
    proposed: Proposed | None = None
    shown: list[Photo]

    def __init__(
        self, place: int, data: Any = None, *, by: User, limits: Mapping[str, LimitChoice], initial: Any = None
    ) -> None:
        super().__init__(data, prefix=f"p-{place}", initial=initial)
        self.place, self.limits, self.shown = place, limits, []
        site, limit = self.fields["site"], self.fields["limit"]
        if isinstance(site, SiteField) and isinstance(limit, forms.ChoiceField):
            site.by = by
            limit.choices = [(key, key) for key in limits]

    @property
    def chosen_limit(self) -> LimitChoice | None:
        """The limit as it stands in the form, with its date."""
        return self.limits.get(str(self["limit"].value() or ""))

    @property
    def kept(self) -> bool:
        """Whether the part is ticked, as the form stands."""
        return bool(self["keep"].value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("keep"):
            self._errors = forms.utils.ErrorDict()  # what is left out may be as it likes
            return cleaned
        if not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", gettext("Say what is to be put right, or untick this part."))
        if not cleaned.get("site") and not cleaned.get("unit") and not {"site", "unit"} & self.errors.keys():
            self.add_error("site", gettext("Choose a site or a unit."))
        return cleaned

    def pasted(self, photos: Sequence[UUID]) -> Pasted:
        """What the service takes."""
        values = self.cleaned_data
        return Pasted(
            text=values["text"], site=values["site"], unit=values["unit"] or values["site"].unit,
            severity=values["severity"] or CheckItem.Severity.NORMAL, limit=values["limit"] or DEFAULT_LIMIT,
            photos=tuple(photos), despite=values["despite"],
        )  # fmt: skip


class PartsForm:
    """All parts of a message with the photographs of each, as one form."""

    def __init__(self, parts: Sequence[PartForm], homes: Mapping[str, str], *, sure: bool = True) -> None:
        self.parts = parts
        self.homes = dict(homes)  # number of a photograph → place of its part, "" for none
        self.sure = sure  # whether the message itself says which photograph belongs where
        self.errors: list[str] = []
        self.loose: list[Photo] = []

    @property
    def cut(self) -> bool:
        """Whether the message may hold more than one page takes."""
        return len(self.parts) == MOST_PARTS

    @classmethod
    def proposing(
        cls, rows: Sequence[Proposed], photos: Sequence[UUID], *, by: User, limits: Mapping[str, LimitChoice]
    ) -> "PartsForm":
        """The parts as they are proposed."""
        homes, sure = share_out([row.part for row in rows], len(photos))
        forms_ = [PartForm(place, by=by, limits=limits, initial=_initial(row)) for place, row in enumerate(rows)]
        for form, row in zip(forms_, rows, strict=True):
            form.proposed = row
        return cls(forms_, {str(photo): str(home) for photo, home in zip(photos, homes, strict=True)}, sure=sure)

    @classmethod
    def sent(cls, data: Any, photos: Sequence[UUID], *, by: User, limits: Mapping[str, LimitChoice]) -> "PartsForm":
        """The parts as they come back."""
        count = 0
        while f"p-{count}-text" in data and count < MOST_PARTS:
            count += 1
        forms_ = [PartForm(place, data, by=by, limits=limits) for place in range(count)]
        return cls(forms_, {str(photo): data.get(f"photo-{photo}", "") for photo in photos})

    def is_valid(self) -> bool:
        """Whether every ticked part is right and there is one; looks at all, so that all errors show at once."""
        right = [part.is_valid() for part in self.parts]
        if not any(part.cleaned_data.get("keep") for part in self.parts if part.is_valid()) and all(right):
            self.errors.append(gettext("Nothing is ticked."))
        for part in self.parts:
            if sum(home == str(part.place) for home in self.homes.values()) > MOST_PHOTOS:
                part.add_error(None, gettext("At most %(n)s photographs, please.") % {"n": MOST_PHOTOS})
                right.append(False)
        return all(right) and not self.errors

    def rows(self) -> list[Pasted]:
        """The ticked parts for the service."""
        kept = [part for part in self.parts if part.cleaned_data["keep"]]
        return [
            part.pasted([UUID(photo) for photo, home in self.homes.items() if home == str(part.place)]) for part in kept
        ]

    def explain(self, error: ValidationError) -> None:
        """Put the sentences of the service beside the parts that they are about."""
        kept = {f"row {n}": part for n, part in enumerate(part for part in self.parts if part.cleaned_data["keep"])}
        for key, sentences in error.message_dict.items():
            if key in kept:
                kept[key].add_error("despite", sentences)
            else:
                self.errors += sentences

    def show(self, photos: Mapping[str, Photo]) -> None:
        """Give each part the photographs that are to go with it."""
        for number, photo in photos.items():
            home = self.homes.get(number, "")
            place = int(home) if home.isdecimal() and int(home) < len(self.parts) else None
            (self.loose if place is None else self.parts[place].shown).append(photo)


def _initial(row: Proposed) -> dict[str, Any]:
    part = row.part
    severity = CheckItem.Severity.SERIOUS if part.serious else CheckItem.Severity.NORMAL
    return {
        "keep": not part.done, "text": row.words, "site": site_words(row.site) if row.site else "",
        "unit": row.unit.label if row.unit else "", "severity": severity, "limit": part.limit or DEFAULT_LIMIT,
    }  # fmt: skip
