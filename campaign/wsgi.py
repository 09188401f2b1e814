"""The web process: gives up on slow statements, and refuses to start on a failed system check."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
os.environ.setdefault("WEB_PROCESS", "1")

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
call_command("check")
