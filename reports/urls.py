"""Addresses of home, rankings, rules, trend, units' pages and documents; codes, never keys."""

from django.urls import path

from .views import adjustments, documents, drill, exports, home, imports, rankings, rules, trend, units, upward

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("rankings/", rankings.rankings, name="rankings"),
    path("rankings/late/<str:period>/<str:group>/", rankings.late, name="ranking_late"),
    path("rankings/trend/<str:period>/<str:group>/", trend.ranking_trend, name="ranking_trend"),
    path("rankings/close/<str:period>/<str:group>/", rankings.close, name="ranking_close"),
    path("rankings/publish/<str:period>/<str:group>/", rankings.publish_ranking, name="ranking_publish"),
    path("rankings/revise/<str:period>/<str:group>/", rankings.revise_ranking, name="ranking_revise"),
    path("rankings/<str:period>/<str:group>/", rankings.ranking, name="ranking"),
    path("rankings/<str:period>/<str:group>/<str:unit>/", drill.ranking_unit, name="ranking_unit"),
    path("rankings/<str:period>/<str:group>/<str:unit>/<str:figure>/", drill.component, name="component"),
    path("inspections/<str:code>/rankings/", upward.counts_in, name="counts_in"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.rule_new, name="rule_new"),
    path("rules/<str:code>/", rules.rule, name="rule"),
    path("adjustments/", adjustments.adjustments, name="adjustments"),
    path("adjustments/new/", adjustments.adjustment_new, name="adjustment_new"),
    path("adjustments/proofs/<str:name>/", adjustments.adjustment_proof, name="adjustment_proof"),
    path("adjustments/<str:code>/", adjustments.adjustment, name="adjustment"),
    path("adjustments/<str:code>/decide/", adjustments.adjustment_decide, name="adjustment_decide"),
    path("adjustments/<str:code>/revoke/", adjustments.adjustment_revoke, name="adjustment_revoke"),
    path("imports/", imports.imports, name="imports"),
    path("imports/empty/<str:kind>.xlsx", imports.import_template, name="import_template"),
    path("imports/<str:code>/", imports.import_run, name="import_run"),
    path("imports/<str:code>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<str:code>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<str:code>/errors.xlsx", imports.import_errors, name="import_errors"),
    path("exports/<str:kind>.<str:format>", exports.export, name="export"),
    path("reports/", documents.documents, name="documents"),
    path("reports/new/", documents.document_request, name="document_request"),
    path("reports/<uuid:token>/", documents.document_file, name="document_file"),
]
