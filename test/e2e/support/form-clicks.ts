import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { visibleFields, type FieldSpec, type Settings } from '../../../electron/domain/field-spec.ts';
import { choose } from './seed-clicks.ts';

/**
 * Fills a form that is drawn from its fields, in their order; a field that shows the value already is left as it is.
 * `paste` takes what a person has in the clipboard, such as a private key.
 */
export async function fillForm(
  form: Locator,
  specs: readonly FieldSpec[],
  values: Settings,
  paste: (field: Locator, text: string) => Promise<void>,
): Promise<void> {
  for (const spec of visibleFields(specs, values)) {
    const value = values[spec.key];
    if (value === undefined || value === spec.initial) continue;
    if (spec.kind === 'switch') await form.getByRole('switch', { name: spec.label }).click();
    else if (spec.kind === 'select') {
      const label = spec.options?.find((each) => each.value === value)?.label ?? String(value);
      await choose(form.getByRole('combobox', { name: `${spec.label}: ` }), label);
    } else {
      const field = form.getByLabel(spec.label, { exact: true });
      if (spec.kind === 'secret') await paste(field, String(value));
      else await field.fill(String(value));
    }
  }
}

/** Pastes as a person does: through the clipboard of the desktop. */
export function pasteIn(app: ElectronApplication, page: Page) {
  return async (field: Locator, text: string): Promise<void> => {
    await app.evaluate(async ({ clipboard }, copied) => {
      await clipboard.writeText(copied);
    }, text);
    await field.focus();
    await page.keyboard.press('ControlOrMeta+V');
  };
}
