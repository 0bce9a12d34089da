import type { Settings } from '../domain/field-spec.ts';
import { invalidSetting } from './failure.ts';
import { isDigits, readText } from './read-settings.ts';

/** The id of the target where one is given, else an empty text. `label` and `help` word the error. @throws DeliveryFailure SETTINGS_INVALID */
export function readTargetId(target: Settings, key: string, label: string, help: string): string {
  const id = readText(target, key);
  if (id === '' || isDigits(id)) return id;
  throw invalidSetting(`target.${key}`, `${label} is not made of digits.`, help);
}

/**
 * The one id among those found by a name, or undefined where there is none; `what` is what they are, such as
 * “custom audiences of the ad account”. @throws DeliveryFailure SETTINGS_INVALID at the target's field `key` where several have the name
 */
export function onlyOne(
  found: ReadonlySet<string>,
  key: string,
  what: string,
  name: string,
): string | undefined {
  if (found.size <= 1) return [...found][0];
  throw invalidSetting(
    `target.${key}`,
    `${found.size} ${what} are called “${name}”.`,
    'Enter the id of the one that is meant in the activation.',
  );
}
