import { z } from 'zod';
import {
  BatchGet,
  Health,
  Membership,
  profileSchema,
  profilesSchema,
  type Route,
  ROUTES,
  type SchemaName,
} from './api-contract.ts';
import type { ApiSettings } from './api-settings.ts';
import { Problem, PROBLEM_TYPE, TITLES } from './problem-details.ts';
import { readPattern } from './request-path.ts';

type Json = Record<string, unknown>;
const JSON_TYPE = 'application/json';

/** The OpenAPI 3.1 document of a server: its routes, and what its parts tell. */
export function writeApiDocument(settings: ApiSettings, port: number): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: writeOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Slipway Profile API', version: settings.version },
    servers: [{ url: `http://127.0.0.1:${port}` }],
    paths,
    components: {
      schemas: writeSchemas(settings),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key of the Profile API.' } },
    },
  };
}

function writeSchemas(settings: ApiSettings): Json {
  const profile = profileSchema(settings.parts);
  const schemas: Record<SchemaName, z.ZodType> = {
    Profile: profile,
    Profiles: profilesSchema(profile),
    Membership,
    Health,
    BatchGet,
    Problem,
  };
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const written = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(written.schemas).map(([id, schema]) => [id, asComponent(schema)]));
}

/** A component has its name from its place: a document that says it twice is refused by some readers. */
function asComponent(schema: Json): Json {
  const { $schema: _schema, $id: _id, ...rest } = schema;
  return rest;
}

function writeOperation(route: Route): Json {
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: writeParameters(route),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { [JSON_TYPE]: { schema: refer(route.body) } } } }),
    responses: writeResponses(route),
    security: { needed: [{ key: [] }], optional: [{}, { key: [] }], none: [] }[route.key],
  };
}

function writeParameters(route: Route): Json[] {
  const schema = { type: 'string' };
  const inPath = readPattern(route.path).names.map((name) => ({ name, in: 'path', required: true, schema }));
  if (route.query === undefined) return inPath;
  return [...inPath, { ...route.query, in: 'query', required: true, schema }];
}

function writeResponses(route: Route): Json {
  const statuses = new Set([...route.problems, ...(route.key === 'needed' ? [401, 414, 429] : []), 421, 500]);
  const problems = [...statuses].sort().map((status) => [status, writeProblem(status)] as const);
  return {
    200: { description: 'OK', content: writeContent(route.answer) },
    ...(route.answer === 'Health'
      ? { 503: { description: 'Starting', content: writeContent('Health') } }
      : {}),
    ...(isTagged(route) ? { 304: { description: 'Not Modified' } } : {}),
    ...Object.fromEntries(problems),
  };
}

/** Answers with an ETag: those that say the same until a part is refreshed. */
function isTagged({ method, answer }: Route): boolean {
  return method === 'GET' && answer !== 'Health' && answer !== 'metrics';
}

function writeProblem(status: number): Json {
  const title = Object.entries(TITLES).find(([each]) => each === String(status))?.[1] ?? 'Problem';
  return { description: title, content: { [PROBLEM_TYPE]: { schema: refer('Problem') } } };
}

function writeContent(answer: Route['answer']): Json {
  if (answer === 'metrics') return { 'text/plain': { schema: { type: 'string' } } };
  return { [JSON_TYPE]: { schema: answer === 'document' ? { type: 'object' } : refer(answer) } };
}

function refer(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}
