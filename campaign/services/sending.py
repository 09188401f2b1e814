"""Sending what waits in the outbox: once it is due, again with growing pauses, until it is given up and said so."""

import http.client
import ipaddress
import smtplib
import socket
import ssl
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from ..documents import robots
from ..models import Delivery, Robot

#: Pauses after each attempt; when they are used up, a message is given up.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360)]
#: Whoever took a message has this long before another may.
LEASE = timedelta(minutes=15)
#: Sent twice a minute; a group takes 20 messages a minute.
BATCH = 10
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 5, 10
MOST_ANSWER = 64 * 1024


class NotSent(Exception):
    """A message did not go out; the text says why, without addresses or keys."""


def post(deliveries: Iterable[Delivery]) -> None:
    """Put messages into the outbox, in the caller's transaction; those with a key that came before are left out."""
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def announce(*, to: Iterable[Robot], text: str, key: str, at: datetime) -> None:
    """Let robots post a text, each once under a key."""
    post(Delivery(key=f"{key}:{robot.code}", robot=robot, text=text, at=at, next_try_at=at) for robot in to)


def send_due(*, now: datetime) -> int:
    """Send what is due, at most a batch; returns how many went out. What failed stays in the row with its reason."""
    return sum(_sent(delivery, now) for delivery in _taken(now))


@transaction.atomic
def _taken(now: datetime) -> list[Delivery]:
    """Take what is due; two senders never take the same."""
    waiting = Delivery.objects.filter(sent_at=None, given_up_at=None, next_try_at__lte=now)
    due = list(waiting.order_by("next_try_at").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    taken = Delivery.objects.filter(pk__in=[delivery.pk for delivery in due])
    taken.update(attempts=F("attempts") + 1, next_try_at=now + LEASE)
    return list(taken.select_related("robot", "person").order_by("pk"))


def _sent(delivery: Delivery, now: datetime) -> bool:
    try:
        if delivery.robot:
            _to_robot(delivery.robot, delivery.text, now)
        else:
            _to_person(delivery)
    except NotSent as reason:
        _failed(delivery, str(reason), now)
        return False
    _mine(delivery).update(sent_at=now, last_error="")
    return True


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """The row, as long as nobody else has taken it since."""
    return Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, sent_at=None)


def _failed(delivery: Delivery, reason: str, now: datetime) -> None:
    if delivery.attempts > len(PAUSES):
        _mine(delivery).update(given_up_at=now, last_error=reason[:300])
    else:
        _mine(delivery).update(next_try_at=now + PAUSES[delivery.attempts - 1], last_error=reason[:300])


def _to_person(delivery: Delivery) -> None:
    address = delivery.person.email if delivery.person and delivery.person.is_active else ""
    if not settings.EMAIL_ON or not address:
        raise NotSent(_("The person has no e-mail address."))
    try:
        EmailMessage(delivery.subject, delivery.text, settings.DEFAULT_FROM_EMAIL, [address]).send()
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(_("The mail server did not take it: %(error)s") % {"error": type(error).__name__}) from error


def _to_robot(robot: Robot, text: str, now: datetime) -> None:
    if not robot.active:
        raise NotSent(_("The robot is not in use."))
    try:
        parts = robots.split_address(
            robot.kind, robot.full_address, hosts=settings.ROBOT_HOSTS, local=settings.ROBOT_LOCAL
        )
    except ValueError as wrong:
        raise NotSent(_("The address is not allowed.")) from wrong
    path = robots.signed(robot.kind, parts, robot.full_secret, now)
    try:
        answer = _post(parts.scheme, parts.hostname or "", parts.port, path, robots.message(robot.kind, text))
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(_("The host did not answer: %(error)s") % {"error": type(error).__name__}) from error
    if refused := robots.refusal(answer):
        raise NotSent(_("The group refused it: %(words)s") % {"words": refused})


def _post(scheme: str, host: str, port: int | None, path: str, body: bytes) -> bytes:
    """Post JSON and return the answer's body; redirects are not followed. Raises NotSent, OSError, HTTPException."""
    number = port or (443 if scheme == "https" else 80)
    wire = socket.create_connection((_address(host, number), number), timeout=CONNECT_SECONDS)
    with wire:
        wire.settimeout(READ_SECONDS)
        line = ssl.create_default_context().wrap_socket(wire, server_hostname=host) if scheme == "https" else wire
        connection = http.client.HTTPConnection(host, port)
        connection.sock = line
        headers = {"Content-Type": "application/json; charset=utf-8", "Connection": "close"}
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        answer = _read(response)
        connection.close()
    if response.status != 200:
        raise NotSent(_("The host answered with %(status)s.") % {"status": response.status})
    return answer


def _read(response: http.client.HTTPResponse) -> bytes:
    """An answer that neither is too long nor takes too long, byte by byte."""
    end, answer = time.monotonic() + WHOLE_SECONDS, b""
    while piece := response.read1(MOST_ANSWER):
        answer += piece
        if len(answer) > MOST_ANSWER or time.monotonic() > end:
            raise NotSent(_("The answer does not end."))
    return answer


def _address(host: str, port: int) -> str:
    """The number that a host's name stands for now, looked up once: what is checked is what is called."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if f"{host}:{port}" not in settings.ROBOT_LOCAL and not all(map(is_public, found)):
        raise NotSent(_("The host lies in a private network."))
    return found[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, local, reserved or a group's."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped:
        number = number.ipv4_mapped
    return number.is_global and not number.is_multicast
