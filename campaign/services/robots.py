"""Group robots: set up by the office, tried out, told of in the trail without their keys."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from ..contact import encrypted
from ..models import Delivery, Robot, User
from ..queries import record, take_numbers
from .sending import announce


@transaction.atomic
def save_robot(*, robot: Robot, address: str, secret: str, by: User) -> Robot:
    """Save a robot; an empty address or secret leaves the one it has. The trail never holds either."""
    new = robot.pk is None
    if new:
        robot.code = f"JQ-{take_numbers('JQ-')[0]}"
    if address:
        robot.address = encrypted(address)
    if secret:
        robot.secret = encrypted(secret)
    robot.save()
    shown = {"name": robot.name, "kind": robot.kind, "host": robot.host, "active": robot.active}
    told = shown | {"tells_overdue": robot.tells_overdue, "tells_lists": robot.tells_lists}
    record("robot.created" if new else "robot.changed", robot, by=by, after=told | {"new_key": bool(address or secret)})
    return robot


@transaction.atomic
def try_robot(*, robot: Robot, text: str, by: User, at: datetime) -> None:
    """Put a message for trying into the outbox."""
    announce(to=[robot], text=text, key=f"try:{uuid4()}", at=at)
    record("robot.tried", robot, by=by)


@transaction.atomic
def send_again(*, delivery: Delivery, by: User, at: datetime) -> bool:
    """Put a message that was given up back into the outbox, its attempts counted anew; False where it is none."""
    given_up = Delivery.objects.filter(pk=delivery.pk, given_up_at__isnull=False)
    if not given_up.update(given_up_at=None, attempts=0, next_try_at=at, last_error=""):
        return False
    to = {"code": delivery.robot.code} if delivery.robot else {"username": delivery.person.username}  # type: ignore[union-attr]
    told = {"first_at": delivery.at.isoformat(), "attempts": delivery.attempts, "error": delivery.last_error}
    record("delivery.sent_again", delivery, by=by, reference=delivery.key, before=told, after=to)
    return True


def latest_deliveries(*, most: int) -> list[Delivery]:
    """The last messages to groups and by e-mail, newest first."""
    return list(Delivery.objects.select_related("robot", "person")[:most])
