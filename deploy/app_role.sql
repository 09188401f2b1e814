-- What the site's own processes may do; they are not the owner of the tables: everything with the rows, except that the
-- audit trail, its seals and heads, the steps of problems and issued papers are only read and added to, and that
-- adjustments and objections are not deleted. Run as the owner after each migrate (manage.py app_role does it, docker compose by itself):
--   psql --set role=campaign_app --file deploy/app_role.sql
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :role;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :role;
REVOKE UPDATE, DELETE ON campaign_event, campaign_seal, campaign_chainhead, inspections_step FROM :role;
REVOKE UPDATE, DELETE ON inspections_paper, inspections_paperproblem, inspections_paperfile, inspections_paperreply
  FROM :role;
REVOKE DELETE ON reports_adjustment, reports_objection FROM :role;
