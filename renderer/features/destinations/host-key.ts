import { visibleFields, type FieldSpec, type Settings } from '../../../electron/domain/field-spec.ts';
import type { ShownTest } from '../../ui/test-line.ts';

/** A fingerprint of a key as OpenSSH prints it. */
const FINGERPRINT = /SHA256:[A-Za-z0-9+/]{43}/;

/** A field that a test can fill, and with what. */
export type FoundSetting = { readonly spec: FieldSpec; readonly value: string };

/**
 * The fingerprint that a server showed in a failed test, for the empty text field that the failure points at. Undefined where the field holds
 * one already: a key that changed is never taken over by itself.
 */
export function findShownKey(
  test: ShownTest,
  specs: readonly FieldSpec[],
  settings: Settings,
): FoundSetting | undefined {
  const key = test.error?.where?.replace(/^settings\./, '');
  const spec = visibleFields(specs, settings).find((each) => each.key === key && each.kind === 'text');
  if (spec === undefined || (settings[spec.key] ?? '') !== '') return undefined;
  const texts = [test.error?.message ?? '', ...test.lines.map((line) => line.detail ?? '')];
  const value = texts.map((text) => FINGERPRINT.exec(text)?.[0]).find((found) => found !== undefined);
  return value === undefined ? undefined : { spec, value };
}
