"""The steps of a problem only grow: said by the database as well."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER step_append_only BEFORE UPDATE OR DELETE ON inspections_step
  FOR EACH ROW EXECUTE FUNCTION campaign_refuse();
"""

BACKWARD = """
DROP TRIGGER step_append_only ON inspections_step;
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial"), ("campaign", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
