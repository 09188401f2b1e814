"""Signing in, one's own password, and the administrators' pages about accounts."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..forms.accounts import AccountForm, NewAccountForm, RoleForm, SignInForm
from ..guard import UserRequest, require
from ..models import User
from ..passwords import must_change
from ..permissions import Permission
from ..services import accounts as services

PAGE = 50


class SignIn(LoginView):
    """The sign-in page; where the demonstration runs, it lists its accounts."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = demo_accounts() if settings.DEMO else []
        return super().get_context_data(demo_accounts=shown, **kwargs)


def demo_accounts() -> list[dict[str, str]]:
    """Role, user name and password of the demonstration's accounts, one per role."""
    users = User.objects.filter(is_demo=True, is_active=True).order_by("pk")
    first: dict[str, User] = {}
    for user in users:
        first.setdefault(user.role, user)
    return [
        {"role": user.get_role_display(), "username": user.username, "password": settings.DEMO_PASSWORD}
        for user in first.values()
    ]


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def change_own_password(request: UserRequest) -> HttpResponse:
    """A person chooses a new password and stays signed in."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if form.is_valid():
        services.change_password(user=request.user, password=form.cleaned_data["new_password1"], at=timezone.now())
        update_session_auth_hash(request, request.user)
        return redirect("password_change_done")
    forced = must_change(request.user, at=timezone.now())
    context = {"form": form, "forced": forced}
    return render(request, "registration/password_change_form.html", context, status=_status(form))


@require_safe
@require(Permission.MANAGE_USERS, Permission.ASSIGN_ROLES)
def users(request: UserRequest) -> HttpResponse:
    """All accounts, by name, with a search; paged by user name."""
    text, after = request.GET.get("q", "").strip()[:60], request.GET.get("after", "")[:60]
    found = User.objects.visible_to(request.user).filter(Q(username__icontains=text) | Q(name__icontains=text))
    rows = list(found.filter(username__gt=after).order_by("username")[: PAGE + 1])
    more = rows[PAGE - 1].username if len(rows) > PAGE else ""
    context = {"rows": rows[:PAGE], "q": text, "more": more, "total": found.count()}
    return render(request, "campaign/users.html", context)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_USERS)
def user_new(request: UserRequest) -> HttpResponse:
    """Make an account; its first password is shown once."""
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        user, password = services.create_account(**form.cleaned_data, by=request.user)
        return render(request, "campaign/first_password.html", {"account": user, "password": password})
    return render(request, "campaign/user_new.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_USERS, Permission.ASSIGN_ROLES)
def user(request: UserRequest, username: str) -> HttpResponse:
    """One account: the system administrator changes the account, the security administrator its role."""
    account = get_object_or_404(User.objects.visible_to(request.user), username=username)
    assigns = request.user.can(Permission.ASSIGN_ROLES)
    form: Form | AccountForm
    if assigns:
        form = RoleForm(request.POST or None, initial={"role": account.role})
    else:
        form = AccountForm(request.POST or None, instance=account)
    if form.is_valid() and _saved(form, account, request.user):
        messages.success(request, _("Saved."))
        return redirect("campaign:user", username)
    context = {"form": form, "account": account, "assigns": assigns}
    return render(request, "campaign/user.html", context, status=_status(form))


@require_POST
@require(Permission.MANAGE_USERS)
def user_reset(request: UserRequest, username: str) -> HttpResponse:
    """Give an account a new first password, shown once."""
    account = get_object_or_404(User.objects.visible_to(request.user), username=username)
    password = services.reset_password(user=account, by=request.user)
    return render(request, "campaign/first_password.html", {"account": account, "password": password})


def _saved(form: Form | AccountForm, account: User, by: User) -> bool:
    try:
        if isinstance(form, RoleForm):
            services.assign_role(user=account, role=form.cleaned_data["role"], by=by)
        else:
            services.rename_account(user=account, **form.cleaned_data, by=by)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What django-axes shows after five wrong passwords."""
    return render(request, "registration/locked_out.html", status=429)
