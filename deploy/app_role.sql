-- What the site's own processes may do when they are not the owner of the tables: everything with the rows, except that
-- the audit trail, its seals and heads are only read and added to. Run as the owner after each migrate:
--   psql --set role=campaign_app --file deploy/app_role.sql
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :role;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :role;
REVOKE UPDATE, DELETE ON campaign_event, campaign_seal, campaign_chainhead FROM :role;
