"""Addresses of the API of all apps; codes, never keys."""

from django.urls import path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from campaign.api import notices, standards
from campaign.api.base import CodeConverter
from inspections.api import appeals, inspections, photos, problems
from units import api as units

from . import api as reports

register_converter(CodeConverter, "code")

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("me/", units.Me.as_view(), name="me"),
    path("notices/", notices.Notices.as_view(), name="notices"),
    path("notices/read/", notices.NoticesRead.as_view(), name="notices_read"),
    path("groups/", units.Groups.as_view(), name="groups"),
    path("units/", units.Units.as_view(), name="units"),
    path("units/<code:code>/", units.OneUnit.as_view(), name="unit"),
    path("sites/", units.Sites.as_view(), name="sites"),
    path("sites/<code:code>/", units.OneSite.as_view(), name="site"),
    path("site-types/", standards.SiteTypes.as_view(), name="site_types"),
    path("standards/", standards.Standards.as_view(), name="standards"),
    path("standards/<code:code>/", standards.OneStandard.as_view(), name="standard"),
    path("standards/<code:code>/indicators/", standards.Indicators.as_view(), name="indicators"),
    path("standards/<code:code>/items/", standards.Items.as_view(), name="items"),
    path("tasks/", units.Tasks.as_view(), name="tasks"),
    path("tasks/<code:code>/", units.OneTask.as_view(), name="task"),
    path("tasks/<code:code>/reports/", units.Reports.as_view(), name="task_report"),
    path("inspections/", inspections.Inspections.as_view(), name="inspections"),
    path("inspections/<code:code>/", inspections.OneInspection.as_view(), name="inspection"),
    path("problems/", problems.Problems.as_view(), name="problems"),
    path("problems/<code:code>/", problems.OneProblem.as_view(), name="problem"),
    path("problems/<code:code>/moves/", problems.Moves.as_view(), name="moves"),
    path("appeals/", appeals.Appeals.as_view(), name="appeals"),
    path("appeals/<code:code>/", appeals.OneAppeal.as_view(), name="appeal"),
    path("appeals/<code:code>/decision/", appeals.Decision.as_view(), name="appeal_decision"),
    path("problems/<code:code>/appeals/", appeals.AppealsOfProblem.as_view(), name="problem_appeals"),
    path("photos/", photos.Photos.as_view(), name="photos"),
    path("photos/<uuid:client_uuid>/", photos.OnePhoto.as_view(), name="photo"),
    path("photos/<uuid:client_uuid>/file/", photos.PhotoFile.as_view(), name="photo_file"),
    path("photos/<uuid:client_uuid>/thumb/", photos.PhotoThumb.as_view(), name="photo_thumb"),
    path("periods/", reports.Periods.as_view(), name="periods"),
    path("periods/<code:code>/", reports.OnePeriod.as_view(), name="period"),
    path("rankings/", reports.Rankings.as_view(), name="rankings"),
    path("lists/", reports.Lists.as_view(), name="lists"),
    path("adjustments/", reports.Adjustments.as_view(), name="adjustments"),
    path("adjustments/<code:code>/", reports.OneAdjustment.as_view(), name="adjustment"),
    path("objections/", reports.Objections.as_view(), name="objections"),
    path("objections/<code:code>/", reports.OneObjection.as_view(), name="objection"),
    path("objections/<code:code>/answer/", reports.ObjectionAnswer.as_view(), name="objection_answer"),
    path("figures/", reports.Figures.as_view(), name="figures"),
    path("figures/<code:name>/", reports.FigureValues.as_view(), name="figure"),
]
