"""What a kept ranking page depends on, as a function: the session keeps its plan, and planning was most of the cost."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION reports_glance(period_code text, group_code text, states text[], wanted integer)
RETURNS TABLE (ranking bigint, state varchar, refreshed_at timestamptz, error varchar, closed_by bigint,
               ends_at timestamptz, newest bigint, newest_refresh timestamptz, newest_closing timestamptz,
               newest_publication timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
  SELECT r.id, r.state, r.refreshed_at, r.error, r.closed_by_id, p.ends_at,
         (SELECT max(n.id) FROM reports_ranking n), (SELECT max(n.refreshed_at) FROM reports_ranking n),
         (SELECT max(n.closed_at) FROM reports_ranking n), (SELECT max(n.published_at) FROM reports_ranking n)
    FROM reports_ranking r JOIN reports_period p ON p.id = r.period_id JOIN units_peergroup g ON g.id = r.group_id
   WHERE p.code = period_code AND g.code = group_code AND r.state = ANY(states)
     AND (wanted IS NULL OR r.revision = wanted)
   ORDER BY r.published_at DESC NULLS LAST, r.revision DESC LIMIT 1;
END $$;
"""
BACKWARD = "DROP FUNCTION reports_glance(text, text, text[], integer);"


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_guards_by_statement"), ("units", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
