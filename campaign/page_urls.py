"""Addresses of the lowest app's own pages."""

from django.urls import path

from campaign.views import accounts, audit, frame

app_name = "campaign"
urlpatterns = [
    path("large-print/", frame.large_print, name="large_print"),
    path("suggestions/", frame.suggestions, name="suggestions"),
    path("users/", accounts.users, name="users"),
    path("users/new/", accounts.user_new, name="user_new"),
    path("users/<str:username>/", accounts.user, name="user"),
    path("users/<str:username>/password/", accounts.user_reset, name="user_reset"),
    path("audit/", audit.audit, name="audit"),
]
