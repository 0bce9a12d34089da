import type { AudienceSummary } from '../contract/contract.ts';
import { AppError } from '../domain/app-error.ts';
import { type Audience, makeId, referredAudiences } from '../domain/audience.ts';
import type { Definitions } from '../domain/composition.ts';
import { describeRule } from '../domain/describe.ts';
import type { StoredAudience } from '../store/store.ts';
import { checkAudience, refuseBrokenAudience } from './audience-checks.ts';
import type { ServiceContext } from './context.ts';
import { copyName } from './copy-name.ts';
import { findDefinitions, requireAudience, requireConnection } from './find-definitions.ts';
import { refuseTakenName } from './taken-name.ts';

/** An audience as the editor gives it; without `id` it is a new one. */
export type AudienceForm = Omit<Audience, 'id'> & { readonly id?: string | undefined };

/** Saved audiences: their names, rules and references to each other. */
export function createAudiences(context: ServiceContext) {
  const { store, clock } = context;

  const summarize = (stored: StoredAudience, definitions: Definitions): AudienceSummary => ({
    ...stored,
    description: describeRule(stored.audience.rule, definitions),
    problems: checkAudience(stored.audience, definitions),
    usedBy: findUsers(stored.audience.id, definitions.audiences),
  });

  const get = (connectionId: string, id: string): AudienceSummary =>
    summarize(requireAudience(store, connectionId, id), findDefinitions(store, connectionId));

  const put = (connectionId: string, audience: Audience): AudienceSummary => {
    store.saveAudience(connectionId, audience, clock());
    return get(connectionId, audience.id);
  };

  return {
    list(connectionId: string): AudienceSummary[] {
      requireConnection(store, connectionId);
      const stored = store.listAudiences(connectionId);
      if (stored.length === 0) return [];
      const definitions = findDefinitions(store, connectionId);
      return stored.map((each) => summarize(each, definitions));
    },

    get,

    /** @throws AppError NAME_TAKEN, RULE_INVALID, AUDIENCE_CYCLE, MODEL_MISSING; then nothing was saved */
    save(connectionId: string, form: AudienceForm): AudienceSummary {
      const { model, audiences } = findDefinitions(store, connectionId);
      if (form.id !== undefined) requireAudience(store, connectionId, form.id);
      refuseTakenName('audience', form.name, form.id, audiences);
      const id = form.id ?? makeId(form.name, new Set(audiences.map((each) => each.id)));
      const draft: Audience = { ...form, id, name: form.name.trim() };
      const others = audiences.filter((each) => each.id !== id);
      refuseBrokenAudience(draft, { model, audiences: [...others, draft] });
      return put(connectionId, draft);
    },

    duplicate(connectionId: string, id: string): AudienceSummary {
      const { audience } = requireAudience(store, connectionId, id);
      const { audiences } = findDefinitions(store, connectionId);
      const name = copyName(audience.name, audiences);
      return put(connectionId, {
        ...audience,
        id: makeId(name, new Set(audiences.map((each) => each.id))),
        name,
      });
    },

    /** @throws AppError NAME_TAKEN */
    rename(connectionId: string, id: string, name: string): AudienceSummary {
      const { audience } = requireAudience(store, connectionId, id);
      refuseTakenName('audience', name, id, findDefinitions(store, connectionId).audiences);
      return put(connectionId, { ...audience, name: name.trim() });
    },

    /** @throws AppError IN_USE naming the audiences and parts of the Profile API that refer to it */
    remove(connectionId: string, id: string): void {
      const { audience } = requireAudience(store, connectionId, id);
      const users = findUsers(id, findDefinitions(store, connectionId).audiences);
      if (users.length > 0) {
        const names = users.map((user) => `“${user.name}”`).join(', ');
        throw new AppError({
          code: 'IN_USE',
          message: `“${audience.name}” is part of ${names}.`,
          help: 'Remove it from these audiences first.',
          retry: 'after-fix',
        });
      }
      const parts = (store.findProfileApi(connectionId)?.parts ?? []).filter((part) =>
        part.audiences.includes(id),
      );
      if (parts.length > 0) {
        throw new AppError({
          code: 'IN_USE',
          message: `“${audience.name}” is told by the Profile API, in ${parts.map(({ name }) => `“${name}”`).join(', ')}.`,
          help: 'Take it out of these parts first, on the Profiles page.',
          retry: 'after-fix',
        });
      }
      store.removeAudience(connectionId, id);
    },
  };
}

function findUsers(id: string, audiences: readonly Audience[]): { id: string; name: string }[] {
  return audiences
    .filter((each) => each.id !== id && referredAudiences(each.rule).has(id))
    .map((each) => ({ id: each.id, name: each.name }));
}
