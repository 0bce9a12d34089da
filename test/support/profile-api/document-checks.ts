import { z } from 'zod';

const Document = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        parameters: z.array(z.object({ name: z.string(), in: z.enum(['path', 'query']) })),
        responses: z.record(
          z.string(),
          z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })).optional() }),
        ),
        security: z.array(z.unknown()),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
export type Document = z.infer<typeof Document>;

const Reference = z.object({ $ref: z.string() });
const PLACE = '#/components/schemas/';

/** Reads an OpenAPI document as somebody else would: by what is in its text alone. */
export function readDocument(text: string): Document {
  return Document.parse(JSON.parse(text));
}

/** Holds an answer against what a document says of a route's answers: its status, its media type and its body. */
export function checkAnswer(
  document: Document,
  route: { readonly path: string; readonly method: string },
  answer: { readonly status: number; readonly type: string | undefined; readonly body: string },
): void {
  const operation = document.paths[route.path]?.[route.method.toLowerCase()];
  if (operation === undefined) throw new Error(`The document has no ${route.method} ${route.path}.`);
  const response = operation.responses[answer.status];
  if (response === undefined) throw new Error(`${operation.operationId} does not tell of ${answer.status}.`);
  if (response.content === undefined) {
    if (answer.body !== '') throw new Error(`${operation.operationId} has a body where none is told of.`);
    return;
  }
  const type = answer.type?.split(';')[0] ?? '';
  const content = response.content[type];
  if (content === undefined) throw new Error(`${operation.operationId} does not tell of ${type}.`);
  const value: unknown = type === 'text/plain' ? answer.body : JSON.parse(answer.body);
  z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(resolve(document, content.schema))).parse(value);
}

function resolve(document: Document, schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((each) => resolve(document, each));
  if (typeof schema !== 'object' || schema === null) return schema;
  const reference = Reference.safeParse(schema);
  if (reference.success && reference.data.$ref.startsWith(PLACE)) {
    return resolve(document, document.components.schemas[reference.data.$ref.slice(PLACE.length)]);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, each]) => [key, resolve(document, each)]));
}
