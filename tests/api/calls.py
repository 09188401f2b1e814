"""Calling the API in tests."""

import io
from datetime import timedelta
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone
from PIL import Image

from campaign.models import User

API = "/api/v1/"


def caller(user: User | None, **headers: str) -> Client:
    """A client that is signed in and speaks JSON, in English unless told otherwise."""
    client = Client(headers={"accept-language": "en"} | headers)
    if user:
        client.force_login(user)
    return client


def post(client: Client, address: str, body: object):
    return client.post(API + address, body, content_type="application/json")


def an_inspection(**changes) -> dict:
    """What a telephone sends: three answers at the market, one of them failing."""
    return {
        "client_uuid": str(uuid4()),
        "site": "D1",
        "seen_at": (timezone.now() - timedelta(hours=1)).isoformat(),
        "answers": [
            {"item": "M1", "outcome": "met"},
            {"item": "M2", "outcome": "not_met", "count": 2, "note": "占道经营"},
            {"item": "M3", "outcome": "not_applicable"},
        ],
    } | changes


def a_problem(**changes) -> dict:
    return {"client_uuid": str(uuid4()), "text": "垃圾未清", "site": "D1"} | changes


def a_jpeg(color: str = "red") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(file, "JPEG")
    file.seek(0)
    file.name = "p.jpg"
    return file


def send_photo(client: Client, *, number: UUID | None = None, color: str = "red"):
    return client.post(f"{API}photos/", {"client_uuid": str(number or uuid4()), "file": a_jpeg(color)})


def a_text() -> io.BytesIO:
    file = io.BytesIO(b"text")
    file.name = "a.txt"
    return file
