import { EngineError } from '../spark/engine-error.ts';
import type { Parameter } from '../thrift/messages.ts';

/** The types that Databricks takes for a parameter. They are the only text of a client that is not quoted. */
const TYPES =
  /^(?:STRING|DATE|TIMESTAMP|TIMESTAMP_NTZ|FLOAT|DOUBLE|DECIMAL(?:\(\d{1,2},\s?\d{1,2}\))?|INT|INTEGER|BIGINT|SMALLINT|TINYINT|BOOLEAN|BINARY|INTERVAL (?:YEAR|MONTH|DAY|YEAR TO MONTH|DAY TO SECOND))$/;

/**
 * The statement that runs `sql` with its parameters bound. Open Spark takes parameters over this protocol through
 * EXECUTE IMMEDIATE only; text and values go into it as string literals.
 */
export function bindParameters(sql: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return sql;
  const named = parameters.every((parameter) => parameter.name !== undefined && parameter.name !== '');
  const values = parameters.map((parameter) => {
    const value = valueOf(parameter);
    return named ? `${value} AS ${quoteName(parameter.name ?? '')}` : value;
  });
  return `EXECUTE IMMEDIATE ${quoteText(sql)} USING ${values.join(', ')}`;
}

function valueOf({ type, value }: Parameter): string {
  const text = value?.stringValue ?? value?.doubleValue?.toString() ?? value?.booleanValue?.toString();
  if (text === undefined) return 'NULL';
  const wanted = (type ?? 'STRING').toUpperCase();
  if (!TYPES.test(wanted)) {
    throw new EngineError(
      `[DATATYPE_MISMATCH.UNSUPPORTED_PARAMETER] The type of a parameter is not supported. SQLSTATE: 42K09`,
      '42K09',
    );
  }
  return `CAST(${quoteText(text)} AS ${wanted === 'DECIMAL' ? decimalOf(text) : wanted})`;
}

/** A DECIMAL that names no digits has those of its value; Spark alone would round it to a whole number. */
function decimalOf(text: string): string {
  const match = /^[+-]?(\d*)\.?(\d*)$/.exec(text.trim());
  const scale = match?.[2]?.length ?? 0;
  return `DECIMAL(${Math.min(38, Math.max(1, (match?.[1]?.length ?? 38) + scale))},${scale})`;
}

/** A literal of Spark SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A name of Spark SQL. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
