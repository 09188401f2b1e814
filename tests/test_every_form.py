"""Every form there is, as it stands, emptied and filled with nonsense: never a 500, whatever is sent.

The list makes itself: pages are found by their links as each role, forms by their tags, and every button is pressed.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import time_machine
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client

from campaign.models import User
from campaign.permissions import Role
from tests.city import make_user
from tests.walking import NOW, PUBLIC, name_of, small_city

LINK = re.compile(r'(?:<a [^>]*href|hx-get)="(/[^"#]*)"')
#: Pages of one kind that are looked at, each with forms of its own: a problem in another state has other moves.
OF_A_KIND = {"inspections:problem": 12}
NONSENSE = {
    "date": "2026-02-31", "datetime-local": "2026-02-31T25:61", "number": "-1e99", "time": "25:61", "month": "2026-13",
    "hidden": "\x00'\"<", "email": "a@", "url": "javascript:1", "tel": "+",
}  # fmt: skip
TEXT = "\x00'\"<script>\U00020bb7\u202e%s{{x}}" + "长" * 2000
#: So many kinds of forms there are at least, or the walk has lost its way.
LEAST = {"office": 60, "unit": 20, "supervisor": 20, "inspector": 15}
ENDS_THE_WALK = {"logout", "set_language", "password_change"}


@dataclass
class Form:
    """A form of a page: where it goes, its fields as (name, kind, value), its buttons as (name, value)."""

    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    #: What could be ticked or chosen as well.
    more: dict[tuple[str, str], str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms of a page; fields that name a form by its id belong to that one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.form: Form | None = None
        self.select: tuple[str, list[str]] | None = None
        self.area: list[str] | None = None
        self.area_name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.found.append(self.form)
            if "id" in has:
                self.by_id[has["id"]] = self.form
        elif tag == "button" or (tag == "input" and "name" in has):
            self._control(tag, has)
        elif tag == "select" and "name" in has:
            self.select = (has["name"], [])
        elif tag == "option" and self.select:
            if self.form:
                self.form.more[self.select[0], ""] = has.get("value", "")
            if "selected" in has or not self.select[1]:
                self.select = (self.select[0], [has.get("value", "")])
        elif tag == "textarea" and "name" in has:
            self.area, self.area_name = [], has["name"]

    def _control(self, tag: str, has: dict[str, str]) -> None:
        kind = has.get("type", "submit" if tag == "button" else "text")
        name, value = has.get("name", ""), has.get("value", "")
        form = self.by_id.get(has.get("form", ""), self.form)
        if form is None or kind in ("button", "reset"):
            return
        if kind in ("submit", "image"):
            form.buttons.append((name, value))
        elif kind in ("checkbox", "radio"):
            form.more[name, value if kind == "checkbox" else ""] = value or "on"
            if "checked" in has:
                form.fields.append((name, kind, value or "on"))
        else:
            form.fields.append((name, kind, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select and self.form:
            self.form.fields.append((self.select[0], "select", (self.select[1] or [""])[0]))
            self.select = None
        elif tag == "textarea" and self.area is not None and self.form:
            self.form.fields.append((self.area_name, "text", "".join(self.area)))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.append(data)


CITIES = ["demonstration", "small", "empty"]
#: One of them in every run, the others take minutes.
CASES = [
    pytest.param(city, role, marks=[] if (city, role) == ("small", "office") else [pytest.mark.slow])
    for city in CITIES
    for role in [*Role.values, None]
]


@pytest.fixture
def a_city(request, db) -> Iterator[str]:
    """The demonstration city at a small scale, one with a handful of rows, or people alone."""
    if request.param == "demonstration":
        with small_city():
            yield request.param
        return
    with time_machine.travel(NOW):
        if request.param == "small":
            request.getfixturevalue("city")
        for role in Role.values:
            make_user(f"one-{role}", role)
        yield request.param


def client_of(role: Role | None) -> Client:
    client = Client(raise_request_exception=False)
    if role:
        client.force_login(User.objects.filter(role=role, is_active=True).exclude(username="import").order_by("pk")[0])
    return client


def read_to_its_end(response: HttpResponseBase) -> None:
    """A download closes its file when it was read."""
    if response.streaming:
        for _part in response:
            pass


def pages(client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Path and text of the pages that links lead to, some of each kind."""
    waiting, seen, kinds = deque(starts), set(starts), {}
    while waiting:
        address = waiting.popleft()
        name = name_of(address)
        if name is None or name in ENDS_THE_WALK:
            continue
        kinds[name] = kinds.get(name, 0) + 1
        if kinds[name] > OF_A_KIND.get(name, 2):
            continue
        response = client.get(address)
        read_to_its_end(response)
        assert response.status_code < 500, address
        if response.streaming or "text/html" not in response.get("Content-Type", ""):
            continue
        text = response.text
        yield address, text
        for link in LINK.findall(text):
            url = urljoin(address, unescape(link))
            if url not in seen:
                seen.add(url)
                waiting.append(url)


PLAUSIBLE = {"date": "2026-11-24", "datetime-local": "2026-11-23T10:00", "number": "1", "time": "09:30"}


def sendings(form: Form) -> Iterator[list[tuple[str, str]]]:
    """What is sent: by each button as it stands, filled in, emptied, and with nonsense."""
    fields = [one for one in form.fields if one[1] != "file"]
    stands = [(name, value) for name, _kind, value in fields]
    empty = [(name, value if kind in ("hidden", "checkbox", "radio") else "") for name, kind, value in fields]
    nonsense = [(name, NONSENSE.get(kind, TEXT)) for name, kind, _value in fields]
    ticked = [(name, value) for (name, _at), value in form.more.items()]
    chosen = {name for name, _value in ticked}
    filled = [
        (name, value or PLAUSIBLE.get(kind, "说明")) for name, kind, value in fields if name not in chosen
    ] + ticked  # fmt: skip
    for name, value in form.buttons or [("", "")]:
        pressed = [(name, value)] if name else []
        yield stands + pressed
        yield filled + pressed
        yield empty + pressed
        yield nonsense + pressed
        if name:
            yield [*nonsense, (name, TEXT)]


def dictionary(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize(("a_city", "role"), CASES, indirect=["a_city"])
def test_no_form_breaks_whatever_is_sent(a_city, role):
    client, tried, broken = client_of(role and Role(role)), set(), []
    for address, text in pages(client, ["/"] if role else PUBLIC):
        reader = Forms()
        reader.feed(text)
        for form in reader.found:
            goes = urljoin(address, form.action)
            name = name_of(goes)
            if name is None or name in ENDS_THE_WALK:
                continue
            shape = name, form.method, frozenset(one[0] for one in form.fields), tuple(form.buttons)
            if shape in tried:
                continue
            tried.add(shape)
            for sent in sendings(form):
                with transaction.atomic():
                    if form.method == "post":
                        response = client.post(goes, dictionary(sent))
                    else:
                        response = client.get(goes, dictionary(parse_qsl(urlsplit(goes).query) + sent))
                    read_to_its_end(response)
                    transaction.set_rollback(True)
                if response.status_code >= 500:
                    broken.append((address, goes, response.status_code, sent[:6]))
    assert len(tried) >= (LEAST.get(role, 2) if a_city == "demonstration" else 2), f"{len(tried)} forms were found"
    assert not broken, "\n".join(str(one)[:400] for one in broken)
