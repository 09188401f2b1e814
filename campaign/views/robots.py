"""Robots of chat groups, and what became of the last messages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..forms.robots import RobotForm
from ..guard import UserRequest, require
from ..models import Delivery, Robot
from ..permissions import Permission
from ..services.robots import latest_deliveries, save_robot, send_again, try_robot

LATEST = 50


@require_safe
@require(Permission.MANAGE_ROBOTS)
def robots(request: UserRequest) -> HttpResponse:
    """All robots, and the last messages with what hindered them."""
    context = {"robots": Robot.objects.all(), "deliveries": latest_deliveries(most=LATEST)}
    return render(request, "campaign/robots.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_ROBOTS)
def robot_new(request: UserRequest) -> HttpResponse:
    """Add one."""
    return _edit(request, Robot())


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_ROBOTS)
def robot(request: UserRequest, code: str) -> HttpResponse:
    """Change one."""
    return _edit(request, get_object_or_404(Robot, code=code))


def _edit(request: UserRequest, robot: Robot) -> HttpResponse:
    form = RobotForm(request.POST or None, instance=robot)
    if form.is_valid():
        address, secret = form.cleaned_data["address"].strip(), form.cleaned_data["secret"].strip()
        save_robot(robot=form.save(commit=False), address=address, secret=secret, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("campaign:robots")
    return render(request, "campaign/robot.html", {"form": form, "robot": robot}, status=422 if form.is_bound else 200)


@require_POST
@require(Permission.MANAGE_ROBOTS)
def robot_try(request: UserRequest, code: str) -> HttpResponse:
    """Send a message for trying; what became of it stands in the list a minute later."""
    found = get_object_or_404(Robot, code=code)
    try_robot(robot=found, text=_("A message for trying: this robot is connected."), by=request.user, at=timezone.now())
    messages.success(request, _("The message is on its way; in a minute the list says what became of it."))
    return redirect("campaign:robots")


@require_POST
@require(Permission.MANAGE_ROBOTS)
def delivery_again(request: UserRequest) -> HttpResponse:
    """Send a message that was given up once more, as it was written; the list says what became of it."""
    given_up = Delivery.objects.select_related("robot", "person")
    found = get_object_or_404(given_up, key=request.POST.get("message", ""))
    if send_again(delivery=found, by=request.user, at=timezone.now()):
        messages.success(request, _("The message is on its way; in a minute the list says what became of it."))
    else:
        messages.info(request, _("This message has not been given up; the list says how it stands."))
    return redirect("campaign:robots")
