// Writes examples/workspace.schema.json from the zod schema: `npm run schema`. A test fails while the file is stale.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { z } from 'zod';
import { Activation, FieldMapping, FieldSource } from '../electron/domain/activation.ts';
import { Audience, OutputColumn } from '../electron/domain/audience.ts';
import { ColumnType } from '../electron/domain/column-type.ts';
import { Destination } from '../electron/domain/destination.ts';
import { Duration } from '../electron/domain/duration.ts';
import { Attribute, Entity, Trait } from '../electron/domain/model.ts';
import { Condition, DefinitionId, Filter, Measure, Rule, Test, Window } from '../electron/domain/rule.ts';
import { Identifier, TablePath } from '../electron/domain/table-path.ts';
import { Connection, Workspace, WorkspaceModel } from '../electron/domain/workspace.ts';

export const schemaPath = fileURLToPath(new URL('../examples/workspace.schema.json', import.meta.url));

/** Parts that editors show by name. */
const parts = {
  Activation,
  Audience,
  Attribute,
  ColumnType,
  Condition,
  Connection,
  Destination,
  Duration,
  Entity,
  FieldMapping,
  FieldSource,
  Filter,
  Id: DefinitionId,
  Identifier,
  Measure,
  OutputColumn,
  Rule,
  TablePath,
  Test,
  Trait,
  Window,
  WorkspaceModel,
};

/** The JSON Schema of a workspace file, for editors: what a person may write, so fields with defaults may be left out. */
export function makeSchema(): Promise<string> {
  const names = z.registry<{ id: string }>();
  for (const [id, part] of Object.entries(parts)) names.add(part, { id });
  const { $schema, ...schema } = z.toJSONSchema(Workspace, { io: 'input', metadata: names });
  const named = {
    $schema,
    title: 'Slipway workspace',
    description:
      'Connections and destinations (without secrets), customer models, audiences and activations.',
    ...schema,
  };
  return format(JSON.stringify(named), { parser: 'json', printWidth: 110 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(schemaPath, await makeSchema());
