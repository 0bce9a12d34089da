import { AppError } from '../domain/app-error.ts';
import type { ColumnType } from '../domain/column-type.ts';
import type { Instant } from '../domain/duration.ts';
import { type Scalar, decimalShape, toDecimalText } from '../domain/scalar.ts';
import type { BoundValue } from './compiled-query.ts';

const LARGEST_BIGINT = 9223372036854775807n;
const SMALLEST_BIGINT = -9223372036854775808n;
const MOST_DIGITS = 38;

/**
 * Gives a value of a rule the type of its column, so that the engine compares like with like: exact for whole numbers and decimals.
 * @throws AppError VALUE_INVALID where the value cannot be of that type.
 */
export function bindScalar(scalar: Scalar, type: ColumnType): BoundValue {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
      return bindExact(scalar, type);
    case 'float': {
      const text = toDecimalText(scalar);
      if (text === undefined) throw invalidValue(scalar, type);
      return { type: 'double', value: Number(text) };
    }
    case 'boolean':
      if (typeof scalar !== 'boolean') throw invalidValue(scalar, type);
      return { type: 'boolean', value: scalar };
    default:
      return bindText(String(scalar));
  }
}

function bindExact(scalar: Scalar, type: ColumnType): BoundValue {
  const text = toDecimalText(scalar);
  if (text === undefined) throw invalidValue(scalar, type);
  const { precision, scale } = decimalShape(text);
  if (scale === 0) {
    const whole = BigInt(text);
    if (whole >= SMALLEST_BIGINT && whole <= LARGEST_BIGINT) return { type: 'bigint', value: text };
  }
  if (precision > MOST_DIGITS) throw invalidValue(scalar, type);
  return { type: 'decimal', value: text };
}

/** Text as a bound value. @throws AppError VALUE_INVALID for text that no engine stores: NUL and lone surrogates. */
export function bindText(text: string): BoundValue {
  if (text.includes('\u0000') || !text.isWellFormed()) {
    throw new AppError({
      code: 'VALUE_INVALID',
      message: 'The value holds a character that cannot be stored as text.',
      help: 'Remove the NUL character or the broken symbol from the value.',
      retry: 'after-fix',
    });
  }
  return { type: 'text', value: text };
}

/** An instant as a bound value. */
export function bindInstant(value: Instant): BoundValue {
  return { type: 'timestamp', value };
}

function invalidValue(scalar: Scalar, type: ColumnType): AppError {
  const shown = typeof scalar === 'string' ? `“${scalar.slice(0, 60)}”` : String(scalar);
  return new AppError({
    code: 'VALUE_INVALID',
    message: `${shown} cannot be compared with a column of type ${type.native}.`,
    help: type.kind === 'boolean' ? 'Use “is true” or “is false”.' : 'Enter a number, such as 0.66.',
    retry: 'after-fix',
  });
}
