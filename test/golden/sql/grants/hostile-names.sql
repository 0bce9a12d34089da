-- Permissions for Slipway in adb-1.azuredatabricks.net
--
-- What: the user a`; DROP TABLE x; --@example.com may read 1 table, 1 of them without the columns left out.
-- Why: Slipway counts and exports audiences by queries on the SQL warehouse. It reads these tables and changes none of them.
-- Run by: an owner of the catalog, or an account with MANAGE on it. Running it twice does no harm.

-- The use of the SQL warehouse. It is no SQL either; use the Databricks CLI:
--   databricks permissions update warehouses 'x'\'' ; rm' --json '{"access_control_list":[{"user_name":"a`; DROP TABLE x; --@example.com","permission_level":"CAN_USE"}]}'
-- or the workspace: SQL Warehouses > the warehouse > Permissions > Can use.

-- Reach the catalogs and schemas.
GRANT USE CATALOG ON CATALOG `ma``in` TO `a``; DROP TABLE x; --@example.com`;
GRANT USE SCHEMA ON SCHEMA `ma``in`.`re'tail` TO `a``; DROP TABLE x; --@example.com`;

-- `ma``in`.`re'tail`.`house.holds; --` without it's. Map the view in the customer model in place of the table.
CREATE OR REPLACE VIEW `ma``in`.`re'tail`.`house.holds; --_for_slipway` AS
SELECT
  `key```
FROM `ma``in`.`re'tail`.`house.holds; --`;

-- Read the tables. Nothing here lets the principal change them.
GRANT SELECT ON TABLE `ma``in`.`re'tail`.`house.holds; --_for_slipway` TO `a``; DROP TABLE x; --@example.com`;
