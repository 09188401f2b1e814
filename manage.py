#!/usr/bin/env python
"""Django's command line, with the embedded servers for the life of a command where none are named."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from campaign.embedded import ServerError, servers_for


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    try:
        with servers_for(sys.argv):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, ServerError) as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
