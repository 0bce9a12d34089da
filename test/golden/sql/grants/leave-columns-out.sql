-- Permissions for Slipway in adb-1.azuredatabricks.net
--
-- What: the group campaign managers may read 2 tables, 1 of them without the columns left out.
-- Why: Slipway counts and exports audiences by queries on the SQL warehouse. It reads these tables and changes none of them.
-- Run by: an owner of the catalog, or an account with MANAGE on it. Running it twice does no harm.

-- The use of the SQL warehouse. It is no SQL either; use the Databricks CLI:
--   databricks permissions update warehouses 1234567890abcdef --json '{"access_control_list":[{"group_name":"campaign managers","permission_level":"CAN_USE"}]}'
-- or the workspace: SQL Warehouses > the warehouse > Permissions > Can use.

-- Reach the catalogs and schemas.
GRANT USE CATALOG ON CATALOG `main` TO `campaign managers`;
GRANT USE SCHEMA ON SCHEMA `main`.`retail` TO `campaign managers`;
GRANT USE SCHEMA ON SCHEMA `main`.`media` TO `campaign managers`;

-- main.retail.households without email, phone. Map the view in the customer model in place of the table.
CREATE OR REPLACE VIEW `main`.`retail`.`households_for_slipway` AS
SELECT
  `household_key`,
  `city`
FROM `main`.`retail`.`households`;

-- Read the tables. Nothing here lets the principal change them.
GRANT SELECT ON TABLE `main`.`retail`.`households_for_slipway` TO `campaign managers`;
GRANT SELECT ON TABLE `main`.`media`.`offers` TO `campaign managers`;
