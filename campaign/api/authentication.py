"""Who calls: a signed-in browser, or a program with a token."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.authtoken.models import Token

from ..models import User
from ..passwords import must_change


class TokenAuthentication(authentication.TokenAuthentication):
    """``Authorization: Token …``; a due change of password stops a program as it stops a person."""

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        user, token = super().authenticate_credentials(key.replace("\x00", ""))
        if must_change(user, at=timezone.now()):
            raise exceptions.PermissionDenied(_("Choose a new password first."), code="password_due")
        return user, token


class TokenScheme(OpenApiAuthenticationExtension):
    """How the description of the API names it."""

    target_class = "campaign.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` and the key that `manage.py api_token USERNAME` gives.",
        }
