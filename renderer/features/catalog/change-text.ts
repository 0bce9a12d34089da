import type { BrokenPart } from '../../../electron/domain/catalog-change.ts';
import { formatRoute } from '../../shell/router.svelte.ts';

const WORDS: Readonly<Record<BrokenPart['kind'], string>> = {
  entity: 'Table of the model',
  attribute: 'Attribute',
  trait: 'Trait',
  audience: 'Audience',
};

/** The kind of a broken part, for people. */
export function partWord(part: BrokenPart): string {
  return WORDS[part.kind];
}

/** Where a broken part is mended: audiences in their editor, all else in the model. */
export function linkPart(part: BrokenPart): string {
  return part.kind === 'audience' ? formatRoute('audiences', part.id) : formatRoute('model');
}

/** True where no audience of the connection is counted until the model is mended: a mapped table or column is not what the model says. */
export function stopsModel(parts: readonly BrokenPart[]): boolean {
  return parts.some((part) => part.kind === 'entity' || part.kind === 'attribute');
}
