import { z } from 'zod';

/**
 * A value as a person writes it in a rule. Whole numbers beyond 2^53 and exact decimals are written as text
 * (`'9223372036854775807'`); dates and instants as ISO 8601 text. The planner gives it the type of the column.
 */
export const Scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof Scalar>;

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/**
 * The plain decimal form of a number or numeric text (`1e-7` → `0.0000001`), or undefined where it is not a number.
 * Leading zeros and a plus sign are dropped, so that equal numbers have equal text.
 */
export function toDecimalText(value: Scalar): string | undefined {
  if (typeof value === 'boolean') return undefined;
  const text = (typeof value === 'number' ? expandExponent(value) : value).trim();
  if (!DECIMAL.test(text)) return undefined;
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  const magnitude = rest === '' ? digits : `${digits}.${rest}`;
  return negative && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

function expandExponent(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Digits before and after the point of a plain decimal text. */
export function decimalShape(text: string): { precision: number; scale: number } {
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  return { precision: whole.replace(/^0+/, '').length + fraction.length, scale: fraction.length };
}
