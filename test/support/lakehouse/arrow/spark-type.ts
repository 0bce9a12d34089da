/** A type of Spark SQL. Types that travel as text (intervals, VARIANT, TIME) are `text`, with their own name kept. */
export type SparkType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'text'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: SparkType }
  | { readonly kind: 'map'; readonly key: SparkType; readonly value: SparkType }
  | { readonly kind: 'struct'; readonly fields: readonly SparkField[] };

/** A field of a struct. */
export interface SparkField {
  readonly name: string;
  readonly type: SparkType;
}

const PLAIN = [
  'boolean',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'float',
  'double',
  'string',
  'binary',
  'date',
  'timestamp',
  'timestamp_ntz',
  'variant',
  'void',
] as const;
type PlainKind = (typeof PLAIN)[number];

/** Reads a type as Spark writes it, such as `array<struct<x:decimal(2,1)>>`; what it does not know is text. */
export function parseSparkType(text: string): SparkType {
  const lower = text.trim();
  const nested = /^(array|map|struct)<(.*)>$/is.exec(lower);
  if (nested !== null) return parseNested((nested[1] ?? '').toLowerCase(), splitTop(nested[2] ?? ''));
  const decimal = /^decimal\((\d+),\s*(\d+)\)$/i.exec(lower);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (/^(char|varchar)\(|^string\b/i.test(lower)) return { kind: 'string' };
  const plain = PLAIN.find((kind) => kind === lower.toLowerCase());
  return plain === undefined ? { kind: 'text', name: lower } : { kind: plain };
}

function parseNested(kind: string, parts: readonly string[]): SparkType {
  if (kind === 'array') return { kind, element: parseSparkType(parts[0] ?? '') };
  if (kind === 'map') {
    return { kind, key: parseSparkType(parts[0] ?? ''), value: parseSparkType(parts[1] ?? '') };
  }
  const fields = parts.map((part) => {
    const colon = part.indexOf(':');
    return { name: unquote(part.slice(0, colon).trim()), type: parseSparkType(part.slice(colon + 1)) };
  });
  return { kind: 'struct', fields };
}

function unquote(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}

/** Splits at the commas that stand in no bracket. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const each = text[index];
    if (each === '<' || each === '(') depth += 1;
    else if (each === '>' || each === ')') depth -= 1;
    else if (each === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

/** The type as Databricks writes it in metadata: `ARRAY<STRUCT<x: DECIMAL(2,1)>>`. */
export function printSparkType(type: SparkType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'array':
      return `ARRAY<${printSparkType(type.element)}>`;
    case 'map':
      return `MAP<${printSparkType(type.key)}, ${printSparkType(type.value)}>`;
    case 'struct':
      return `STRUCT<${type.fields.map((field) => `${field.name}: ${printSparkType(field.type)}`).join(', ')}>`;
    case 'text':
      return type.name.toUpperCase();
    default:
      return type.kind.toUpperCase();
  }
}
