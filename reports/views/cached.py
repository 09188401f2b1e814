"""Pages that are rendered once for their content.

What differs from person to person (the name, the unread notices, the token of the forms) is left open in the kept
page and put in for each answer, so people share a page only where they may see the same; a matching ETag is answered
with 304.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.html import escape
from django.utils.translation import get_language

from campaign.context import LARGE_PRINT_COOKIE
from campaign.guard import UserRequest
from campaign.models import User

Context = Callable[[], Mapping[str, Any]]

KEPT_SECONDS = 24 * 3600
NAME = salted_hmac("cached page", "name").hexdigest()
TOKEN = salted_hmac("cached page", "token").hexdigest()
UNREAD = salted_hmac("cached page", "unread").hexdigest()
OPENINGS = re.compile(f"({NAME}|{TOKEN}|{UNREAD})")
#: What pages are made with besides their content.
SOURCES = ("templates", "static/build", "locale", "campaign", "units", "inspections", "reports")


#: The last pages this process sent, which save a large page the way from the cache; a stamp names one content for ever.
AT_HAND = 16
at_hand: dict[str, list[bytes]] = {}


def _release() -> str:
    """Changes with every file that pages are made with, so that a kept page never outlives the code that made it."""
    files = (path.stat() for source in SOURCES for path in sorted((settings.BASE_DIR / source).rglob("*.[hpsjm]*")))
    return sha256(repr([(file.st_mtime_ns, file.st_size) for file in files]).encode()).hexdigest()


RELEASE = _release()


def digest(*parts: object) -> str:
    """A short name for what a kept text was made from."""
    return salted_hmac("cached page", repr(parts), algorithm="sha256").hexdigest()[:40]


def cached_page(request: UserRequest, template: str, context: Context, *, key: tuple[object, ...]) -> HttpResponse:
    """Answer with a page that was rendered once for ``key``, the address, language, print size and role.

    ``key`` names everything else the page depends on. A page with messages for this person is rendered anew.
    """
    if "CSRF_COOKIE" not in request.META:
        get_token(request)  # makes the secret that the tag below is bound to
    if len(get_messages(request)):
        return render(request, template, dict(context()))
    stamp = digest(template, RELEASE, *_reader(request), request.get_full_path(), key)
    person = (request.user.pk, str(request.user), request.user.unread)
    etag = f'W/"{digest(stamp, *person, request.META["CSRF_COOKIE"])}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        b"".join(_filled(_pieces(request, template, context, f"page:{stamp}"), request.user, get_token(request)))
    )
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


def kept_html(template: str, context: Context, *, key: tuple[object, ...]) -> str:
    """A part of a page that is the same for everyone who may see it, rendered once for ``key`` and the language."""
    stamp = f"part:{digest(template, RELEASE, get_language(), key)}"
    html: str | None = cache.get(stamp)
    if html is None:
        html = render_to_string(template, dict(context()))
        cache.set(stamp, html, KEPT_SECONDS)
    return html


def _reader(request: UserRequest) -> tuple[object, ...]:
    return get_language(), request.COOKIES.get(LARGE_PRINT_COOKIE) == "large", request.user.role


def _pieces(request: UserRequest, template: str, context: Context, stamp: str) -> list[bytes]:
    """The page in pieces between its openings: from this process, else from the cache, else rendered."""
    pieces: list[bytes] | None = at_hand.get(stamp) or cache.get(stamp)
    if pieces is None:
        standin = User(name=NAME, role=request.user.role)
        standin.unread = UNREAD
        html = render_to_string(template, {**context(), "user": standin, "csrf_token": TOKEN}, request)
        pieces = [piece.encode() for piece in OPENINGS.split(html)]
        cache.set(stamp, pieces, KEPT_SECONDS)
    if stamp not in at_hand:
        at_hand[stamp] = pieces
        while len(at_hand) > AT_HAND:
            at_hand.pop(next(iter(at_hand)), None)
    return pieces


def _filled(pieces: list[bytes], user: User, token: str) -> list[bytes]:
    words = {
        NAME.encode(): escape(str(user)).encode(),
        TOKEN.encode(): token.encode(),
        UNREAD.encode(): user.unread.encode(),
    }
    return [words.get(piece, piece) for piece in pieces]
