"""What units reported on their duties is never deleted: a report is answered, and followed by another one."""

from django.db import migrations

TABLES = ("progress", "evidence")
FORWARD = "".join(
    f"CREATE TRIGGER {table}_is_kept BEFORE DELETE ON units_{table} FOR EACH ROW EXECUTE FUNCTION campaign_refuse();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_is_kept ON units_{table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("units", "0005_kept_children"), ("campaign", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
