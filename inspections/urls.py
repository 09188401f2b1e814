"""Addresses of inspections, problems and photographs; codes, never keys."""

from django.urls import path

from .views import (
    appeals,
    board,
    bulk,
    citizen_desk,
    citizens,
    deadlines,
    entry,
    ledger,
    pasting,
    photos,
    problem_map,
    settings,
    visits,
)

app_name = "inspections"
urlpatterns = [
    path("report/", citizens.report, name="report"),
    path("report/track/", citizens.track, name="track"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<str:code>/", appeals.appeal, name="appeal"),
    path("appeals/<str:code>/decide/", appeals.appeal_decide, name="appeal_decide"),
    path("appeal-proofs/<str:name>/", appeals.appeal_proof, name="appeal_proof"),
    path("citizen-reports/", citizen_desk.citizen_reports, name="citizen_reports"),
    path("citizen-reports/<str:code>/", citizen_desk.citizen_report, name="citizen_report"),
    path("citizen-reports/<str:code>/contact/", citizen_desk.citizen_contact, name="citizen_contact"),
    path("citizen-reports/<str:code>/<str:act>/", citizen_desk.citizen_act, name="citizen_act"),
    path("inspections/", visits.inspections, name="inspections"),
    path("inspections/new/", entry.new, name="new"),
    path("inspections/<str:code>/", visits.inspection, name="inspection"),
    path("inspections/<str:code>/void/", visits.void, name="void"),
    path("photos/", photos.photo_add, name="photo_add"),
    path("photos/<uuid:client_uuid>/", photos.photo, name="photo"),
    path("photos/<uuid:client_uuid>/thumb/", photos.thumb, name="thumb"),
    path("problems/", ledger.problems, name="problems"),
    path("problems/board/", board.board, name="board"),
    path("problems/bulk/", bulk.bulk, name="bulk"),
    path("problems/bulk/<uuid:token>/", bulk.bulk_run, name="bulk_run"),
    path("problems/bulk/<uuid:token>/results.xlsx", bulk.bulk_file, name="bulk_file"),
    path("problems/calendar/", deadlines.deadlines, name="deadlines"),
    path("problems/map/", problem_map.problem_map, name="map"),
    path("problems/new/", entry.problem_new, name="problem_new"),
    path("problems/settings/", settings.settings, name="settings"),
    path("problems/paste/", pasting.paste, name="paste"),
    path("problems/<str:code>/", ledger.problem, name="problem"),
    path("problems/<str:code>/appeal/", appeals.appeal_new, name="appeal_new"),
    path("problems/<str:code>/<str:move>/", ledger.problem_move, name="problem_move"),
]
