import { AppError } from '../domain/app-error.ts';
import type { FieldSpec, Settings } from '../domain/field-spec.ts';
import type { SchemaPath } from '../domain/permission.ts';
import { parseTablePath } from '../domain/table-path.ts';

/** The setting that names the schema for the state of runs. */
export const STATE_SETTING: FieldSpec = {
  key: 'stateSchema',
  label: 'State schema',
  kind: 'text',
  required: false,
  placeholder: 'main.slipway',
  help: 'A schema, as catalog.schema, where runs keep what was synced last. Needed for mirror. The account needs USE CATALOG, USE SCHEMA and CREATE TABLE there; Slipway owns the tables that it makes in it.',
};

/** The schema of {@link STATE_SETTING}; undefined where none is set. @throws AppError SETTINGS_INVALID */
export function readStateSchema(settings: Settings): SchemaPath | undefined {
  const text = settings[STATE_SETTING.key];
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  try {
    const { catalog, schema } = parseTablePath(`${text.trim()}.t`);
    return { catalog, schema };
  } catch (cause) {
    throw new AppError(
      {
        code: 'SETTINGS_INVALID',
        message: 'The state schema is not the name of a catalog and a schema.',
        help: 'Write it as catalog.schema, with backticks around parts that hold dots.',
        retry: 'after-fix',
        where: `settings.${STATE_SETTING.key}`,
      },
      { cause },
    );
  }
}

/** The schema of the settings as {@link WarehouseKind.stateSchema} gives it: none while the setting is not valid. */
export function findStateSchema(settings: Settings): SchemaPath | undefined {
  try {
    return readStateSchema(settings);
  } catch {
    // Opening the connection tells what is wrong.
    return undefined;
  }
}
