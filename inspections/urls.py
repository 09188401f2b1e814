"""Addresses of inspections, problems and photographs; codes, never keys."""

from django.urls import path

from .views import entry, ledger, photos, visits

app_name = "inspections"
urlpatterns = [
    path("inspections/", visits.inspections, name="inspections"),
    path("inspections/new/", entry.new, name="new"),
    path("inspections/<str:code>/", visits.inspection, name="inspection"),
    path("inspections/<str:code>/void/", visits.void, name="void"),
    path("photos/", photos.photo_add, name="photo_add"),
    path("photos/<uuid:client_uuid>/", photos.photo, name="photo"),
    path("photos/<uuid:client_uuid>/thumb/", photos.thumb, name="thumb"),
    path("problems/", ledger.problems, name="problems"),
    path("problems/new/", entry.problem_new, name="problem_new"),
    path("problems/hand-over/", ledger.hand_over, name="hand_over"),
    path("problems/<str:code>/", ledger.problem, name="problem"),
    path("problems/<str:code>/<str:move>/", ledger.problem_move, name="problem_move"),
]
