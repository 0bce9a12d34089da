-- Permissions for Slipway in adb-1.azuredatabricks.net
--
-- What: the service principal 6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f may read 2 tables.
-- Why: Slipway counts and exports audiences by queries on the SQL warehouse. It reads these tables and changes none of them.
-- One schema, ops.`slipway state`, is for writing: the state of journeys and of mirrored activations.
-- Run by: an owner of the catalog, or an account with MANAGE on it. Running it twice does no harm.

-- The service principal. No SQL makes it; where it does not exist yet, use the Databricks CLI:
--   databricks service-principals create --display-name 'Slipway'
-- or the workspace: Settings > Identity and access > Service principals > Add.
-- The statements below name it by its application id: 6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f

-- The use of the SQL warehouse. It is no SQL either; use the Databricks CLI:
--   databricks permissions update warehouses '<warehouse id>' --json '{"access_control_list":[{"service_principal_name":"6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f","permission_level":"CAN_USE"}]}'
-- or the workspace: SQL Warehouses > the warehouse > Permissions > Can use.

-- The one schema for writing. Keep nothing else in it.
CREATE SCHEMA IF NOT EXISTS `ops`.`slipway state` COMMENT 'State of Slipway journeys and activations';

-- Reach the catalogs and schemas.
GRANT USE CATALOG ON CATALOG `main` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
GRANT USE CATALOG ON CATALOG `ops` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
GRANT USE SCHEMA ON SCHEMA `main`.`retail` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
GRANT USE SCHEMA ON SCHEMA `ops`.`slipway state` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;

-- Read the tables. Nothing here lets the principal change them.
GRANT SELECT ON TABLE `main`.`retail`.`households` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
GRANT SELECT ON TABLE `main`.`retail`.`transactions` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;

-- Write in the one schema for it.
GRANT CREATE TABLE ON SCHEMA `ops`.`slipway state` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
GRANT MODIFY ON SCHEMA `ops`.`slipway state` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
GRANT SELECT ON SCHEMA `ops`.`slipway state` TO `6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f`;
