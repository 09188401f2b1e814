"""The root of all addresses. The other apps are named by string only."""

from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.i18n import set_language

from campaign import health
from campaign.views import accounts

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("sign-in/", accounts.SignIn.as_view(), name="login"),
    path("sign-out/", auth.LogoutView.as_view(), name="logout"),
    path("password/", accounts.change_own_password, name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("api/v1/", include("reports.api_urls")),
    path("", include("units.urls")),
    path("", include("reports.urls")),
    path("", include("inspections.urls")),
    path("", include("campaign.page_urls")),
]

handler400 = "campaign.problems.bad_request"
handler403 = "campaign.problems.forbidden"
handler404 = "campaign.problems.not_found"
handler500 = "campaign.problems.broken"
