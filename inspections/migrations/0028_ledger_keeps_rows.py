"""What was seen, found and decided is never deleted: an inspection is voided, a problem cancelled, each with a reason."""

from django.db import migrations

TABLES = (
    "inspection",
    "problem",
    "extension",
    "suspension",
    "appeal",
    "appealproof",
    "recheck",
    "supervision",
    "climb",
)
FORWARD = "".join(
    f"CREATE TRIGGER {table}_is_kept BEFORE DELETE ON inspections_{table}"
    " FOR EACH ROW EXECUTE FUNCTION campaign_refuse();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_is_kept ON inspections_{table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0027_kept_children"), ("campaign", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
