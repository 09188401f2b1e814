"""The audit trail only grows, and a published standard does not change: said by the database as well."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION campaign_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON campaign_event
  FOR EACH ROW EXECUTE FUNCTION campaign_refuse();

CREATE FUNCTION campaign_published_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standard bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.standard_id ELSE OLD.standard_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM campaign_standard WHERE id = standard AND state = 'published') THEN
    RAISE EXCEPTION 'a published standard does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER indicator_of_published BEFORE INSERT OR UPDATE OR DELETE ON campaign_indicator
  FOR EACH ROW EXECUTE FUNCTION campaign_published_part();
CREATE TRIGGER check_item_of_published BEFORE INSERT OR UPDATE OR DELETE ON campaign_checkitem
  FOR EACH ROW EXECUTE FUNCTION campaign_published_part();

CREATE FUNCTION campaign_published_standard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'published' THEN
    RAISE EXCEPTION 'a published standard does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER standard_published BEFORE UPDATE OR DELETE ON campaign_standard
  FOR EACH ROW EXECUTE FUNCTION campaign_published_standard();
"""

BACKWARD = """
DROP TRIGGER standard_published ON campaign_standard;
DROP TRIGGER check_item_of_published ON campaign_checkitem;
DROP TRIGGER indicator_of_published ON campaign_indicator;
DROP TRIGGER event_append_only ON campaign_event;
DROP FUNCTION campaign_published_standard();
DROP FUNCTION campaign_published_part();
DROP FUNCTION campaign_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("campaign", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
