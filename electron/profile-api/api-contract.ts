import { z } from 'zod';
import { Instant } from '../domain/duration.ts';
import { DefinitionId } from '../domain/rule.ts';
import type { ApiPart } from './api-settings.ts';
import { isCustomerId, LONGEST_ID } from './request-path.ts';

/** The most customers that one request asks for. */
export const MOST_IDS = 100;
/** The most customers that are found by one identifier's value. */
export const MOST_FOUND = 10;

/** A customer's id as text, whatever its type is in the lakehouse. */
export const CustomerId = z.string().min(1).max(LONGEST_ID).refine(isCustomerId);

/** The body of a request for several customers. */
export const BatchGet = z.strictObject({ customerIds: z.array(CustomerId).min(1).max(MOST_IDS) });
export type BatchGet = z.infer<typeof BatchGet>;

/** Whether a customer is a member of an audience, as it was at `asOf`. */
export const Membership = z.strictObject({
  audienceId: DefinitionId,
  customerId: CustomerId,
  isMember: z.boolean(),
  asOf: Instant,
});
export type Membership = z.infer<typeof Membership>;

/** How the server is. `parts` are those that the key may read, told to who sends a valid one. */
export const Health = z.strictObject({
  status: z.enum(['ok', 'degraded', 'starting']),
  parts: z
    .array(
      z.strictObject({
        id: DefinitionId,
        asOf: Instant.optional(),
        customers: z.int().optional(),
        warning: z.string().optional(),
      }),
    )
    .optional(),
});
export type Health = z.infer<typeof Health>;

const VALUES = {
  string: z.string().nullable(),
  number: z.number().nullable(),
  boolean: z.boolean().nullable(),
  any: z.unknown(),
};

/** What is told of one customer: a part that the key may not read, or in which the customer is not, is absent. */
export function profileSchema(parts: readonly ApiPart[]): z.ZodObject {
  const shapes = parts.map((part) => [part.id, partSchema(part).optional()] as const);
  return z.strictObject({ customerId: CustomerId, parts: z.strictObject(Object.fromEntries(shapes)) });
}

function partSchema(part: ApiPart): z.ZodObject {
  const attributes = part.attributes.map(({ name, type }) => [name, VALUES[type].optional()] as const);
  const audiences = part.audiences.map(({ id }) => id);
  return z
    .strictObject({
      asOf: Instant,
      attributes: z.strictObject(Object.fromEntries(attributes)),
      audiences: z.array(audiences.length === 0 ? z.never() : z.enum(audiences)),
    })
    .meta({ title: part.name });
}

/** Several customers, and the ids of those who were asked for and are not there. */
export function profilesSchema(profile: z.ZodObject): z.ZodObject {
  return z.strictObject({ profiles: z.array(profile), missing: z.array(CustomerId) });
}

/** Names of the schemas in the OpenAPI document. */
export type SchemaName = 'Profile' | 'Profiles' | 'Membership' | 'Health' | 'BatchGet' | 'Problem';

/** One thing that can be asked. The router and the OpenAPI document come from the same list of these. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** With its parameters in braces. */
  readonly path: string;
  readonly summary: string;
  /** `optional`: without a valid key less is told. */
  readonly key: 'needed' | 'optional' | 'none';
  readonly query?: { readonly name: string; readonly description: string };
  readonly body?: SchemaName;
  /** A schema's name, or `document` (this OpenAPI document) or `metrics` (text). */
  readonly answer: SchemaName | 'document' | 'metrics';
  /** Statuses of the problems that it answers beside those of every route. */
  readonly problems: readonly number[];
}

/** All routes. A fixed text comes before a parameter in its place. */
export const ROUTES = [
  {
    name: 'readProfile',
    method: 'GET',
    path: '/v1/profiles/{customerId}',
    summary: 'Read a customer by their id.',
    key: 'needed',
    answer: 'Profile',
    problems: [400, 404, 503],
  },
  {
    name: 'batchGetProfiles',
    method: 'POST',
    path: '/v1/profiles:batchGet',
    summary: `Read up to ${MOST_IDS} customers by their ids.`,
    key: 'needed',
    body: 'BatchGet',
    answer: 'Profiles',
    problems: [400, 413, 415, 503],
  },
  {
    name: 'findProfiles',
    method: 'GET',
    path: '/v1/profiles',
    summary: `Find customers by an identifier, ${MOST_FOUND} at most.`,
    key: 'needed',
    query: {
      name: 'identifier',
      description: 'The name of an identifier, a colon, and its value: `email_sha256:<value>`.',
    },
    answer: 'Profiles',
    problems: [400, 503],
  },
  {
    name: 'readMembership',
    method: 'GET',
    path: '/v1/audiences/{audienceId}/members/{customerId}',
    summary: 'Read whether a customer is a member of an audience.',
    key: 'needed',
    answer: 'Membership',
    problems: [400, 403, 404, 503],
  },
  {
    name: 'readHealth',
    method: 'GET',
    path: '/healthz',
    summary: 'Read how the server is.',
    key: 'optional',
    answer: 'Health',
    problems: [],
  },
  {
    name: 'readMetrics',
    method: 'GET',
    path: '/metrics',
    summary: 'Read figures of the server in the text format of Prometheus.',
    key: 'needed',
    answer: 'metrics',
    problems: [],
  },
  {
    name: 'readDocument',
    method: 'GET',
    path: '/openapi.json',
    summary: 'Read this document.',
    key: 'none',
    answer: 'document',
    problems: [],
  },
] as const satisfies readonly Route[];
export type RouteName = (typeof ROUTES)[number]['name'];
