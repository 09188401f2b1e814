"""Plans only grow; an after photograph pairs one before of its own problem; a copy's original is no copy itself."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER plan_append_only BEFORE UPDATE OR DELETE ON inspections_plan
  FOR EACH ROW EXECUTE FUNCTION campaign_refuse();

CREATE FUNCTION inspections_pair_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM inspections_photo b
      WHERE b.id = NEW.pair_id AND b.role = 'before' AND b.problem_id = NEW.problem_id) THEN
    RAISE EXCEPTION 'a photograph pairs one from before of the same problem' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER photo_pair_fits BEFORE INSERT OR UPDATE OF pair_id, problem_id ON inspections_photo
  FOR EACH ROW WHEN (NEW.pair_id IS NOT NULL) EXECUTE FUNCTION inspections_pair_fits();

CREATE FUNCTION inspections_merge_is_flat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM inspections_problem WHERE id = NEW.merged_into_id FOR SHARE;
  IF NEW.merged_into_id = NEW.id
     OR EXISTS (SELECT FROM inspections_problem WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL)
     OR EXISTS (SELECT FROM inspections_problem WHERE merged_into_id = NEW.id) THEN
    RAISE EXCEPTION 'a copy has one original, which is no copy' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER problem_merge_is_flat BEFORE INSERT OR UPDATE OF merged_into_id ON inspections_problem
  FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION inspections_merge_is_flat();
"""

BACKWARD = """
DROP TRIGGER problem_merge_is_flat ON inspections_problem;
DROP FUNCTION inspections_merge_is_flat();
DROP TRIGGER photo_pair_fits ON inspections_photo;
DROP FUNCTION inspections_pair_fits();
DROP TRIGGER plan_append_only ON inspections_plan;
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0019_all_moves"), ("campaign", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
