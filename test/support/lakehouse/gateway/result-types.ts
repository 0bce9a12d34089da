import type { ResultColumn } from '../arrow/batch.ts';
import type { SparkType } from '../arrow/spark-type.ts';
import { type ColumnDesc, type ExecuteRequest, TYPE_ID } from '../thrift/messages.ts';

/** Which Spark types a client wants as Arrow's own, from its request; the others come as text. */
export interface NativeTypes {
  readonly timestamp: boolean;
  readonly decimal: boolean;
  readonly nested: boolean;
}

/** Reads what a client asks for; without a word the types come as text, as Databricks does it. */
export function nativeTypesOf(request: ExecuteRequest): NativeTypes {
  const wanted = request.canReadArrowResult === true ? request.useArrowNativeTypes : undefined;
  return {
    timestamp: wanted?.timestampAsArrow === true,
    decimal: wanted?.decimalAsArrow === true,
    nested: wanted?.complexTypesAsArrow === true,
  };
}

const PLAIN_BY_ID = new Map<number, SparkType>([
  [TYPE_ID.boolean, { kind: 'boolean' }],
  [TYPE_ID.tinyint, { kind: 'tinyint' }],
  [TYPE_ID.smallint, { kind: 'smallint' }],
  [TYPE_ID.int, { kind: 'int' }],
  [TYPE_ID.bigint, { kind: 'bigint' }],
  [TYPE_ID.float, { kind: 'float' }],
  [TYPE_ID.double, { kind: 'double' }],
  [TYPE_ID.binary, { kind: 'binary' }],
  [TYPE_ID.date, { kind: 'date' }],
  [TYPE_ID.null, { kind: 'void' }],
]);

/**
 * The Spark type that the engine's answer names; undefined where it does not say enough: what is in a nested type, and
 * whether a timestamp has a zone.
 */
export function typeOfColumn(column: ColumnDesc): SparkType | undefined {
  const entry = column.typeDesc?.types?.[0]?.primitiveEntry;
  const id = entry?.type;
  if (id === TYPE_ID.decimal) {
    const qualifiers = entry?.typeQualifiers?.qualifiers;
    const precision = qualifiers?.['precision']?.i32Value;
    const scale = qualifiers?.['scale']?.i32Value;
    return precision === undefined || scale === undefined ? undefined : { kind: 'decimal', precision, scale };
  }
  if (id === TYPE_ID.timestamp || id === TYPE_ID.array || id === TYPE_ID.map || id === TYPE_ID.struct)
    return undefined;
  return PLAIN_BY_ID.get(id ?? -1) ?? { kind: 'string' };
}

/** How a column of a type is read from the engine and sent to a client. */
export function resultColumn(name: string, type: SparkType, native: NativeTypes): ResultColumn {
  switch (type.kind) {
    case 'timestamp':
      return { name, type, asText: !native.timestamp, from: native.timestamp ? 'micros' : 'value' };
    case 'timestamp_ntz':
      return { name, type, asText: !native.timestamp, from: 'value' };
    case 'decimal':
      return { name, type, asText: !native.decimal, from: 'value' };
    case 'array':
    case 'map':
    case 'struct':
      return { name, type, asText: !native.nested, from: 'json' };
    case 'variant':
      return { name, type, asText: true, from: 'json' };
    default:
      return { name, type, asText: false, from: 'value' };
  }
}

const ID_BY_KIND = new Map<SparkType['kind'], number>([
  ...[...PLAIN_BY_ID].map(([id, type]) => [type.kind, id] as const),
  ['timestamp', TYPE_ID.timestamp],
  ['timestamp_ntz', TYPE_ID.timestamp],
  ['array', TYPE_ID.array],
  ['map', TYPE_ID.map],
  ['struct', TYPE_ID.struct],
  ['decimal', TYPE_ID.decimal],
]);

/** The description of a column that goes with every result. */
export function describeColumn({ name, type }: ResultColumn, index: number): ColumnDesc {
  const qualifiers =
    type.kind === 'decimal'
      ? {
          typeQualifiers: {
            qualifiers: { precision: { i32Value: type.precision }, scale: { i32Value: type.scale } },
          },
        }
      : {};
  const primitiveEntry = { type: ID_BY_KIND.get(type.kind) ?? TYPE_ID.string, ...qualifiers };
  return { columnName: name, typeDesc: { types: [{ primitiveEntry }] }, position: index + 1, comment: '' };
}
