"""A scoring rule that a ranking used does not change: said by the database as well."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION reports_used_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.spec, NEW.code, NEW.version) IS NOT DISTINCT FROM (OLD.spec, OLD.code, OLD.version) THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT 1 FROM reports_ranking WHERE rule_id = OLD.id) THEN
    RAISE EXCEPTION 'a scoring rule that was used does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER rule_used BEFORE UPDATE OR DELETE ON reports_scoringrule
  FOR EACH ROW EXECUTE FUNCTION reports_used_rule();
"""

BACKWARD = """
DROP TRIGGER rule_used ON reports_scoringrule;
DROP FUNCTION reports_used_rule();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_errors_and_opening")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
