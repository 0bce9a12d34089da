import { z } from 'zod';
import { OutputColumn } from './audience.ts';
import { Duration, Instant } from './duration.ts';
import { Settings } from './field-spec.ts';
import { ColumnRef, DefinitionId } from './rule.ts';

/** A part of what is told of a customer. Keys are allowed by part, and each part is refreshed by one query of its own. */
export const ProfilePart = z.strictObject({
  id: DefinitionId,
  name: z.string().trim().min(1).max(80),
  /** Attributes, traits and measures, told under their output names. */
  columns: z.array(OutputColumn).max(200).default([]),
  /** Audiences whose members are told as such. */
  audiences: z.array(DefinitionId).max(200).default([]),
});
export type ProfilePart = z.infer<typeof ProfilePart>;

/** How an identifier's value is compared: as it stands in the lakehouse, or by the SHA-256 of it, trimmed and in lower case, as lower-case hex. */
export const IdentifierForm = z.enum(['as-is', 'sha256']);
export type IdentifierForm = z.infer<typeof IdentifierForm>;

/** A name under which customers are found beside their id: `email_sha256`. */
export const ProfileIdentifier = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'A name is lower-case letters, digits and underscores.'),
  entity: DefinitionId,
  ...ColumnRef.shape,
  form: IdentifierForm,
});
export type ProfileIdentifier = z.infer<typeof ProfileIdentifier>;

/** Who may read. The token itself is shown once and kept nowhere: `sha256` is its digest as lower-case hex. */
export const ProfileKey = z.strictObject({
  id: DefinitionId,
  name: z.string().trim().min(1).max(80),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The parts that it may read. */
  parts: z.array(DefinitionId).min(1),
  createdAt: Instant,
  revokedAt: Instant.optional(),
});
export type ProfileKey = z.infer<typeof ProfileKey>;

/** Where profiles are read from: `memory`, or `postgres` with its settings. Its password is a secret. */
export const ProfileStoreChoice = z.strictObject({
  kind: z.enum(['memory', 'postgres']),
  settings: Settings.default({}),
});
export type ProfileStoreChoice = z.infer<typeof ProfileStoreChoice>;

/** The Profile API of one connection: what it tells of customers, to whom, and how fresh. */
export const ProfileApi = z.strictObject({
  isOn: z.boolean().default(false),
  /** The port on the loopback address; 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(8787),
  store: ProfileStoreChoice.default({ kind: 'memory', settings: {} }),
  parts: z.array(ProfilePart).max(20).default([]),
  identifiers: z.array(ProfileIdentifier).max(10).default([]),
  keys: z.array(ProfileKey).max(200).default([]),
  /** How often profiles are read anew. */
  refresh: Duration.default({ amount: 15, unit: 'minutes' }),
  /** How long a part is told that could not be refreshed; then it is forgotten. */
  timeToLive: Duration.default({ amount: 1, unit: 'days' }),
  /** Origins of pages that may read from a browser, such as `https://shop.example`. None: no page may. */
  origins: z.array(z.string().max(200)).max(50).default([]),
  /** Requests that one key may make in a second, on average; as many again at once. */
  requestsPerSecond: z.int().min(1).max(1_000_000).default(1000),
});
export type ProfileApi = z.infer<typeof ProfileApi>;

/** How often something was read by a key within a minute, without any value of it. `minute` is its begin, an instant. */
export const ReadCount = z.strictObject({
  keyId: DefinitionId,
  minute: z.string(),
  requests: z.int(),
  profiles: z.int(),
  /** Customers who were asked for and not found. */
  missing: z.int(),
  /** Requests that were refused: by scope or by rate. */
  refused: z.int(),
});
export type ReadCount = z.infer<typeof ReadCount>;

/** How requests went in one second. Times are milliseconds. */
export const LatencySecond = z.object({
  /** The second's begin, an instant. */
  at: z.string(),
  requests: z.number(),
  errors: z.number(),
  p50: z.number(),
  p99: z.number(),
});
export type LatencySecond = z.infer<typeof LatencySecond>;
