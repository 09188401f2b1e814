"""What the robots of chat groups take: addresses, signatures, messages and answers. No network here.

Sources: 企业微信 群机器人配置说明 (text up to 2,048 bytes, key in the address), 钉钉 自定义机器人接入 (加签: base64 of
HMAC-SHA256 over ``timestamp + "\\n" + secret``, in the address; milliseconds, one hour of difference at most); both
answer ``{"errcode": 0, …}`` and take 20 messages a minute. Plain text, so nothing in it becomes a link or a picture.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from datetime import datetime
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit, urlunsplit

#: Bytes of UTF-8 that each kind takes in one text.
MOST_BYTES = {"wecom": 2048, "dingtalk": 18_000}
#: Path of the address and the parameter with its key.
FORMS = {"wecom": ("/cgi-bin/webhook/send", "key"), "dingtalk": ("/robot/send", "access_token")}
CUT = "…"


def split_address(kind: str, address: str, *, hosts: Collection[str], local: Collection[str]) -> SplitResult:
    """A robot's address in parts. Raises ValueError unless it is one of its kind, by https, at a host of ``hosts``.

    ``local`` are ``host:port`` inside one's own network, which may also be reached by http.
    """
    parts = urlsplit(address)
    path, key = FORMS[kind]
    inside = parts.netloc in local
    if not inside and (parts.scheme != "https" or parts.netloc not in hosts):
        raise ValueError(parts.netloc)
    if parts.scheme not in ("https", "http") or parts.path != path or parts.fragment:
        raise ValueError(parts.path)
    asked = parse_qs(parts.query, strict_parsing=True)
    if set(asked) != {key} or not address.isascii() or not address.isprintable() or " " in address:
        raise ValueError(key)
    return parts


def signed(kind: str, parts: SplitResult, secret: str, at: datetime) -> str:
    """The path to post to at a moment: for DingTalk with a secret, timestamp and signature added."""
    query = parts.query
    if kind == "dingtalk" and secret:
        stamp = str(round(at.timestamp() * 1000))
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        query = f"{query}&{urlencode({'timestamp': stamp, 'sign': base64.b64encode(digest).decode()})}"
    return urlunsplit(("", "", parts.path, query, ""))


def message(kind: str, text: str) -> bytes:
    """The JSON to post, the text cut to what the kind takes."""
    most = MOST_BYTES[kind]
    if len(text.encode()) > most:
        text = text.encode()[: most - len(CUT.encode())].decode(errors="ignore") + CUT
    return json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()


def refusal(answer: bytes) -> str:
    """Why a robot did not take a message, as it says; empty when it did."""
    try:
        told = json.loads(answer)
        code, words = told["errcode"], str(told.get("errmsg", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "unreadable answer"
    return "" if code == 0 else f"errcode {code}: {words}"[:200]
