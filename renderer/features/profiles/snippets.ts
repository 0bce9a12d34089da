import { outputName, type OutputColumn } from '../../../electron/domain/audience.ts';
import { toldType } from '../../../electron/domain/told-type.ts';
import type { ColumnType } from '../../../electron/domain/column-type.ts';
import { typeAt } from '../../../electron/domain/column-type.ts';
import { findAttribute, findEntity, type CustomerModel } from '../../../electron/domain/model.ts';
import type { ProfilePart } from '../../../electron/domain/profile-api.ts';
import { measuredType } from '../../ui/rule/measured.ts';

/** What snippets are written for. */
export interface SnippetSetting {
  /** The address of the API: `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly parts: readonly ProfilePart[];
  /** The name of the first identifier; undefined where there is none. */
  readonly identifier: string | undefined;
  readonly model: CustomerModel;
}

/** One request, as text to copy. No key is in it: it is read from the environment, `SLIPWAY_KEY`. */
export interface Snippet {
  readonly label: string;
  readonly code: string;
}

const CURL = 'curl --header "Authorization: Bearer $SLIPWAY_KEY"';

/** Requests for the command line of a Unix shell: by id, by identifier, several at once. */
export function writeCurl({ url, identifier }: SnippetSetting): Snippet[] {
  return [
    { label: 'One customer', code: `${CURL} \\\n  '${url}/v1/profiles/CUSTOMER_ID'` },
    ...(identifier === undefined
      ? []
      : [
          {
            label: 'By identifier',
            code: `${CURL} \\\n  '${url}/v1/profiles?identifier=${identifier}:VALUE'`,
          },
        ]),
    {
      label: 'Several customers',
      code: `${CURL} \\
  --header 'Content-Type: application/json' \\
  --data '{"customerIds":["CUSTOMER_ID","ANOTHER_ID"]}' \\
  '${url}/v1/profiles:batchGet'`,
    },
  ];
}

/** A typed client in TypeScript, by fetch. */
export function writeTypeScript(setting: SnippetSetting): string {
  const { url, identifier } = setting;
  const find =
    identifier === undefined
      ? ''
      : `
/** The customers of an identifier's value, 10 at most. */
export async function findProfiles(value: string): Promise<Profile[]> {
  const query = new URLSearchParams({ identifier: \`${identifier}:\${value}\` });
  const { profiles } = await call<Profiles>(\`/v1/profiles?\${query}\`);
  return profiles;
}
`;
  return `${writeTypes(setting)}
export interface Profiles {
  profiles: Profile[];
  missing: string[];
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set('Authorization', \`Bearer \${process.env.SLIPWAY_KEY}\`);
  const response = await fetch(\`${url}\${path}\`, { ...init, headers });
  if (!response.ok) throw new Error(\`The Profile API answered \${response.status}.\`);
  return (await response.json()) as T;
}

export function readProfile(customerId: string): Promise<Profile> {
  return call<Profile>(\`/v1/profiles/\${encodeURIComponent(customerId)}\`);
}
${find}
/** Up to 100 customers at once. */
export function readProfiles(customerIds: string[]): Promise<Profiles> {
  return call<Profiles>('/v1/profiles:batchGet', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ customerIds }),
  });
}
`;
}

/** The types of what is told. A part that the key may not read, or in which the customer is not, is absent. */
function writeTypes({ parts, model }: SnippetSetting): string {
  const told = parts.map(({ id, columns, audiences }) => {
    const attributes = columns.map(
      (column) => `        ${writeKey(outputName(column))}: ${typeOf(column, model)} | null;\n`,
    );
    const ids = audiences.map((each) => quote(each)).join(' | ');
    return `    ${writeKey(id)}?: {
      asOf: string;
      attributes: {
${attributes.join('')}      };
      audiences: ${ids === '' ? 'never' : `(${ids})`}[];
    };
`;
  });
  return `export interface Profile {
  customerId: string;
  parts: {
${told.join('')}  };
}
`;
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function writeKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function typeOf(column: OutputColumn, model: CustomerModel): string {
  const type = columnType(column, model);
  return type === undefined ? 'unknown' : toldAs(type);
}

function columnType(column: OutputColumn, model: CustomerModel): ColumnType | undefined {
  if (column.kind === 'attribute') {
    const entity = findEntity(model, column.entity);
    const attribute = entity === undefined ? undefined : findAttribute(entity, column.column);
    return attribute === undefined ? undefined : typeAt(attribute.type, column.path ?? []);
  }
  const measured = column.kind === 'trait' ? model.traits.find(({ id }) => id === column.trait) : column;
  return measured === undefined
    ? undefined
    : measuredType(findEntity(model, measured.entity), measured.measure);
}

/** Of a whole number it depends on the value whether it is text; lists and objects are not described. */
function toldAs(type: ColumnType): string {
  const told = toldType(type);
  if (told !== 'any') return told;
  return type.kind === 'integer' ? 'number | string' : 'unknown';
}
