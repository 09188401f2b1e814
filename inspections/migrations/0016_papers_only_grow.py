"""What was issued does not change: said by the database as well."""

from django.db import migrations

TABLES = ("paper", "paperproblem", "paperfile", "paperreply")
FORWARD = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON inspections_{table}"
    " FOR EACH ROW EXECUTE FUNCTION campaign_refuse();\n"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_append_only ON inspections_{table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0015_papers"), ("campaign", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
