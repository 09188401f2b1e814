"""What people leave so that they can be asked back: encrypted at rest, shown masked, never in a log or an address."""

import base64
import hashlib
import re

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _

#: A mainland mobile number as people write it: 13812345678, 138-1234-5678, +86 138 1234 5678.
MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
BLOTTED = "***********"


def _cipher() -> Fernet:
    digest = hashlib.sha256(f"contact:{settings.CONTACT_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def encrypted(text: str) -> str:
    """The contact as it is stored; nothing for nothing."""
    return _cipher().encrypt(text.encode()).decode() if text else ""


def decrypted(stored: str) -> str:
    """The contact as it was left; a sentence where the key is another one than it was written with."""
    if not stored:
        return ""
    try:
        return _cipher().decrypt(stored).decode()
    except InvalidToken:
        return _("It can no longer be read: the key was changed.")


def masked(text: str) -> str:
    """Enough to recognise a contact, too little to use it: 138****1234."""
    if len(text) >= 11:
        return f"{text[:3]}****{text[-4:]}"
    return f"{text[:1]}****" if text else ""


def blotted(text: str) -> str:
    """A text without the mobile numbers in it: it will be read by many."""
    return MOBILE.sub(BLOTTED, text)


def first_mobile(*texts: str) -> str:
    """The first mobile number that stands in one of the texts, or nothing."""
    found = (MOBILE.search(text) for text in texts)
    return next((match[0] for match in found if match), "")
