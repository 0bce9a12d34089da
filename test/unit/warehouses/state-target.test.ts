import { describe, expect, it } from 'vitest';
import { assertStateTarget } from '../../../electron/warehouses/state-target.ts';

const state = { catalog: 'ops', schema: 'slipway state' };

describe('a statement that writes to the state', () => {
  it.each([
    'CREATE TABLE `ops`.`slipway state`.`t` USING DELTA AS SELECT 1',
    'create or replace table "ops"."slipway state"."t" AS SELECT 1',
    'CREATE TABLE IF NOT EXISTS ops.`slipway state`.t (n BIGINT)',
    '\n  INSERT INTO `OPS`.`Slipway State`.`t` SELECT * FROM `main`.`retail`.`households`',
    'INSERT OVERWRITE TABLE `ops`.`slipway state`.`t` SELECT 1',
    'DELETE FROM "ops"."slipway state"."odd ""name""; --"',
    'UPDATE `ops`.`slipway state`.`t` SET n = 1',
    'MERGE INTO `ops`.`slipway state`.`t` USING x ON TRUE WHEN MATCHED THEN DELETE',
    'TRUNCATE TABLE `ops`.`slipway state`.`t`',
    'DROP TABLE IF EXISTS `ops`.`slipway state`.`t`',
    'ALTER TABLE `ops` . `slipway state` . `t` RENAME TO x',
  ])('passes: %s', (text) => {
    expect(() => {
      assertStateTarget(text, state);
    }).not.toThrow();
  });

  it.each([
    'CREATE TABLE `ops`.`other`.`t` AS SELECT 1',
    'CREATE TABLE `ops.slipway state`.`x`.`t` AS SELECT 1',
    'CREATE TABLE `slipway state`.`t` AS SELECT 1',
    'INSERT INTO t SELECT 1',
    'DELETE FROM `main`.`retail`.`households` -- `ops`.`slipway state`.`t`',
    '/* `ops`.`slipway state`.`t` */ DROP TABLE `main`.`retail`.`households`',
    'DROP SCHEMA `ops`.`slipway state`',
    'GRANT SELECT ON TABLE `ops`.`slipway state`.`t` TO x',
    'SELECT 1 FROM `ops`.`slipway state`.`t`',
    'WITH x AS (SELECT 1) DELETE FROM `main`.`retail`.`households`',
    '',
  ])('elsewhere is refused: %s', (text) => {
    expect(() => {
      assertStateTarget(text, state);
    }).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});
