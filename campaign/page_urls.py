"""Addresses of the lowest app's own pages."""

from django.urls import path

from campaign.views import frame

app_name = "campaign"
urlpatterns = [
    path("large-print/", frame.large_print, name="large_print"),
    path("suggestions/", frame.suggestions, name="suggestions"),
]
