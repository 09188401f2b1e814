"""The guard of published rows asks once per statement instead of once per row: a roll-up writes thousands."""

from django.db import migrations

TABLES = {"row": "reports_rankingrow", "entry": "reports_listentry"}

DROP_OLD = """
DROP TRIGGER entry_of_published ON reports_listentry;
DROP TRIGGER row_of_published ON reports_rankingrow;
"""
CREATE_OLD = "".join(
    f"""
CREATE TRIGGER {name}_of_published BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION reports_part_of_published();
"""
    for name, table in TABLES.items()
)

FUNCTION = """
CREATE FUNCTION reports_parts_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM reports_ranking r WHERE r.state = 'published'
              AND r.id IN (SELECT DISTINCT ranking_id FROM changed)) THEN
    RAISE EXCEPTION 'a published ranking does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
"""
CREATE_NEW = FUNCTION + "".join(
    f"""
CREATE TRIGGER {name}_of_published_{event.lower()} AFTER {event} ON {table} REFERENCING {side} TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION reports_parts_of_published();
"""
    for name, table in TABLES.items()
    for event, side in (("INSERT", "NEW"), ("DELETE", "OLD"))
)
# An update is rare and must be asked about both sides: row by row, as before.
CREATE_NEW += "".join(
    f"""
CREATE TRIGGER {name}_of_published_update BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION reports_part_of_published();
"""
    for name, table in TABLES.items()
)
DROP_NEW = (
    "".join(
        f"DROP TRIGGER {name}_of_published_{event} ON {table};"
        for name, table in TABLES.items()
        for event in ("insert", "delete", "update")
    )
    + "DROP FUNCTION reports_parts_of_published();"
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_documents_and_stamps")]
    operations = [migrations.RunSQL(DROP_OLD + CREATE_NEW, DROP_NEW + CREATE_OLD)]
