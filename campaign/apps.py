from importlib import import_module

from django.apps import AppConfig
from django.contrib.staticfiles import apps as staticfiles

from campaign import celery, checks

__all__ = ["CampaignConfig", "StaticFilesConfig", "celery", "checks"]


class CampaignConfig(AppConfig):
    name = "campaign"
    default = True

    def ready(self) -> None:
        import_module("campaign.signals")


class StaticFilesConfig(staticfiles.StaticFilesConfig):
    """Sources of the front end are not published, only what is built from them."""

    ignore_patterns = [*staticfiles.StaticFilesConfig.ignore_patterns, "src"]
