"""Addresses of the lowest app's own pages."""

from django.urls import path

from campaign.views import accounts, audit, calendar, frame, notices, robots, standard, suggestions

app_name = "campaign"
urlpatterns = [
    path("large-print/", frame.large_print, name="large_print"),
    path("shortcuts/", frame.shortcuts, name="shortcuts"),
    path("inbox/", notices.inbox, name="inbox"),
    path("inbox/read/", notices.inbox_read, name="inbox_read"),
    path("inbox/<uuid:uuid>/", notices.notice, name="notice"),
    path("robots/", robots.robots, name="robots"),
    path("robots/new/", robots.robot_new, name="robot_new"),
    path("robots/again/", robots.delivery_again, name="delivery_again"),
    path("robots/<str:code>/", robots.robot, name="robot"),
    path("robots/<str:code>/try/", robots.robot_try, name="robot_try"),
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/all/", suggestions.suggestions_all, name="suggestions_all"),
    path("suggestions/all/<str:code>/answered/", suggestions.suggestion_answered, name="suggestion_answered"),
    path("suggestions/all/<str:code>/contact/", suggestions.suggestion_contact, name="suggestion_contact"),
    path("users/", accounts.users, name="users"),
    path("users/new/", accounts.user_new, name="user_new"),
    path("users/<str:username>/", accounts.user, name="user"),
    path("users/<str:username>/password/", accounts.user_reset, name="user_reset"),
    path("audit/", audit.audit, name="audit"),
    path("audit/heads/", audit.audit_heads, name="audit_heads"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/seed/", calendar.calendar_seed, name="calendar_seed"),
    path("calendar/<str:day>/", calendar.work_day, name="work_day"),
    path("standard/", standard.standards, name="standard"),
    path("standard/<str:code>/", standard.standard, name="standard_detail"),
    path("standard/<str:code>/publish/", standard.standard_publish, name="standard_publish"),
    path("campaigns/new/", standard.campaign_edit, name="campaign_new"),
    path("campaigns/<str:name>/", standard.campaign_edit, name="campaign_edit"),
]
