import { z } from 'zod';
import { AppErrorShape } from '../domain/app-error.ts';
import { Instant } from '../domain/duration.ts';
import { FieldSpec, Secrets } from '../domain/field-spec.ts';
import { Problem } from '../domain/problem.ts';
import { LatencySecond, ProfileApi, ProfileKey, ReadCount } from '../domain/profile-api.ts';
import { DefinitionId } from '../domain/rule.ts';
import { TraceRow } from '../domain/tick.ts';
import { MOST_ROWS, base, nothing, onConnection } from './common.ts';

/** A Profile API as its form gives it: keys are made and revoked apart, and it is turned on and off apart. */
export const ProfileApiForm = ProfileApi.omit({ keys: true, isOn: true });
export type ProfileApiForm = z.infer<typeof ProfileApiForm>;

/** How a part is: what is told now, and how its last refresh went. */
export const PartView = z.object({
  id: z.string(),
  asOf: Instant.optional(),
  customers: z.number().optional(),
  /** When it was last tried to read it anew. */
  triedAt: Instant.optional(),
  /** How many documents the last refresh changed. */
  changed: z.number().optional(),
  isRefreshing: z.boolean(),
  /** Why the last refresh failed; what was read before is told meanwhile. */
  error: AppErrorShape.optional(),
});
export type PartView = z.infer<typeof PartView>;

/** Whether an API listens, where, and what it holds. */
export const ProfileApiState = z.object({
  status: z.enum(['off', 'starting', 'on', 'failed']),
  /** The address that it answers at: `http://127.0.0.1:8787`. */
  url: z.string().optional(),
  error: AppErrorShape.optional(),
  parts: z.array(PartView),
  latency: z.array(LatencySecond).max(600),
});
export type ProfileApiState = z.infer<typeof ProfileApiState>;

/** A kind of store, with the form of its settings. */
export const ProfileStoreView = z.object({
  kind: z.string(),
  label: z.string(),
  description: z.string(),
  settings: z.array(FieldSpec),
});
export type ProfileStoreView = z.infer<typeof ProfileStoreView>;

/** A Profile API with what is wrong with it; digests of keys are left out. */
export const ProfileApiView = z.object({
  form: ProfileApiForm,
  isOn: z.boolean(),
  keys: z.array(ProfileKey.omit({ sha256: true })),
  problems: z.array(Problem),
  storedSecrets: z.array(z.string()),
  stores: z.array(ProfileStoreView),
});
export type ProfileApiView = z.infer<typeof ProfileApiView>;

/** A condition of an audience's rule, in words, and whether the customer meets it. */
export const ConditionView = z.object({ text: z.string(), isMet: z.boolean() });
export type ConditionView = z.infer<typeof ConditionView>;

/** One customer as the lakehouse has them now. Nothing of it is kept. */
export const CustomerProfile = z.object({
  customerId: z.string(),
  asOf: Instant,
  /** Values are text; `masked` ones hold personal data that was not asked for. */
  attributes: z.array(
    z.object({
      entity: z.string(),
      label: z.string(),
      value: z.string().nullable(),
      masked: z.boolean(),
    }),
  ),
  traits: z.array(z.object({ label: z.string(), value: z.string().nullable() })),
  audiences: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      isMember: z.boolean(),
      conditions: z.array(ConditionView),
    }),
  ),
  /** What journeys did, the newest first; those that keep no state are not told. */
  journeys: z.array(z.object({ id: z.string(), name: z.string(), rows: z.array(TraceRow) })),
});
export type CustomerProfile = z.infer<typeof CustomerProfile>;

/** What is asked of the Profile API, and of single customers. */
export const profileContract = {
  profiles: {
    get: base.input(onConnection).output(ProfileApiView),
    state: base.input(onConnection).output(ProfileApiState),
    /** Changes what is told; where it is on, what changed is taken over. @throws RULE_INVALID, SETTINGS_INVALID, KEYCHAIN_UNAVAILABLE */
    save: base.input(onConnection.extend({ form: ProfileApiForm, secrets: Secrets })).output(ProfileApiView),
    /** What is wrong with a form; paths begin with its keys. No query. */
    check: base
      .input(onConnection.extend({ form: ProfileApiForm }))
      .output(z.object({ problems: z.array(Problem) })),
    /** Makes a key. The token is told this once. */
    addKey: base
      .input(onConnection.extend({ name: ProfileKey.shape.name, parts: z.array(DefinitionId).min(1) }))
      .output(z.object({ token: z.string(), view: ProfileApiView })),
    revokeKey: base.input(onConnection.extend({ keyId: DefinitionId })).output(ProfileApiView),
    /** @throws RULE_INVALID where it has errors, SETTINGS_INVALID where its port is taken */
    turnOn: base.input(onConnection).output(ProfileApiState),
    turnOff: base.input(onConnection).output(nothing),
    /** Reads all parts anew now; answers once that has begun. */
    refresh: base.input(onConnection).output(nothing),
    /** Who read how many, the newest first. */
    reads: base.input(onConnection).output(z.array(ReadCount).max(MOST_ROWS)),
    /** Looks one customer up in the lakehouse. @throws NOT_FOUND */
    lookUp: base
      .input(onConnection.extend({ customerId: z.string().min(1).max(200), unmasked: z.boolean() }))
      .output(CustomerProfile),
  },
};
