"""The product's addresses and two empty pages beside them, to measure what the frame alone costs."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from campaign.guard import UserRequest, require
from campaign.permissions import Permission


@require(Permission.SEE_RANKINGS)
def empty(request: UserRequest) -> HttpResponse:
    """Nothing, for somebody signed in."""
    return HttpResponse()


def anyone(request: HttpRequest) -> HttpResponse:
    """Nothing, for anybody."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), path("empty/anyone/", anyone), path("", include("campaign.urls"))]
