"""A published ranking never changes: said by the database as well."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION reports_published_ranking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'published' THEN
    RAISE EXCEPTION 'a published ranking does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER ranking_published BEFORE UPDATE OR DELETE ON reports_ranking
  FOR EACH ROW EXECUTE FUNCTION reports_published_ranking();

CREATE FUNCTION reports_part_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM reports_ranking WHERE id = OLD.ranking_id AND state = 'published'))
     OR (TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM reports_ranking WHERE id = NEW.ranking_id AND state = 'published')) THEN
    RAISE EXCEPTION 'a published ranking does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER row_of_published BEFORE INSERT OR UPDATE OR DELETE ON reports_rankingrow
  FOR EACH ROW EXECUTE FUNCTION reports_part_of_published();
CREATE TRIGGER entry_of_published BEFORE INSERT OR UPDATE OR DELETE ON reports_listentry
  FOR EACH ROW EXECUTE FUNCTION reports_part_of_published();
"""

BACKWARD = """
DROP TRIGGER entry_of_published ON reports_listentry;
DROP TRIGGER row_of_published ON reports_rankingrow;
DROP TRIGGER ranking_published ON reports_ranking;
DROP FUNCTION reports_part_of_published();
DROP FUNCTION reports_published_ranking();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
