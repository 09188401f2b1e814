"""The root of all addresses. The other apps are named by string only."""

from django.urls import include, path
from django.views.i18n import set_language

from campaign import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("", include("units.urls")),
    path("", include("inspections.urls")),
    path("", include("reports.urls")),
]
