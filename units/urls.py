"""Addresses of units, sites and tasks; codes, never keys."""

from django.urls import path

from .views import boundaries, search, tasks, units

app_name = "units"
urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/new/", units.unit_edit, name="unit_new"),
    path("units/<str:code>/edit/", units.unit_edit, name="unit_edit"),
    path("groups/", units.groups, name="groups"),
    path("groups/new/", units.group_edit, name="group_new"),
    path("groups/<str:code>/", units.group_edit, name="group_edit"),
    path("sites/", units.sites, name="sites"),
    path("sites/search/", search.site_search, name="site_search"),
    path("sites/options/", search.site_options, name="site_options"),
    path("units/options/", search.unit_options, name="unit_options"),
    path("sites/new/", units.site_edit, name="site_new"),
    path("sites/<str:code>/edit/", units.site_edit, name="site_edit"),
    path("boundaries/", boundaries.boundaries, name="boundaries"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", tasks.task_new, name="task_new"),
    path("tasks/<str:code>/", tasks.task, name="task"),
    path("tasks/<str:code>/<str:unit>/<str:part>/report/", tasks.duty_report, name="duty_report"),
    path("tasks/<str:code>/<str:unit>/<str:part>/answer/", tasks.duty_answer, name="duty_answer"),
    path("evidence/<str:name>/", tasks.evidence, name="evidence"),
    path("users/<str:username>/units/", units.memberships, name="memberships"),
]
