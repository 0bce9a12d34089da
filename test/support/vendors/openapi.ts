import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isList, isObject, textOf, type JsonObject } from './json-shape.ts';

/** An endpoint of the description that a request meets. */
export interface Endpoint {
  readonly operation: string;
  /** Values of the path's parameters. */
  readonly path: Readonly<Record<string, string>>;
  /** Scopes that an OAuth token of a person needs. */
  readonly scopes: readonly string[];
  /** What is wrong with the request by the description; empty where nothing is. */
  readonly checkRequest: (query: URLSearchParams, body: unknown) => string[];
  /** What is wrong with an answer of status 200. */
  readonly checkAnswer: (body: unknown) => string[];
}

/** A vendor's OpenAPI description, made ready to check requests. */
export interface Description {
  /** `path` when only the method is not described; undefined when the path is not either. */
  readonly find: (method: string, path: string) => Endpoint | 'path' | undefined;
}

const object = (value: unknown): JsonObject => (isObject(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** A schema with its reference followed and its `allOf` merged into it. */
function flatten(schema: JsonObject, resolve: (node: unknown) => JsonObject): JsonObject {
  const own = resolve(schema);
  const parts = list(own['allOf']).map((part) => flatten(object(part), resolve));
  return parts.reduce<JsonObject>(
    (whole, part) => ({
      ...part,
      ...whole,
      ...('properties' in part || 'properties' in whole
        ? { properties: { ...object(part['properties']), ...object(whole['properties']) } }
        : {}),
      required: [...list(whole['required']), ...list(part['required'])],
    }),
    own,
  );
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return isList(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}

function checkText(schema: JsonObject, value: string, where: string): string[] {
  const { pattern, maxLength, minLength } = schema;
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    return [`${where} does not match ${pattern}`];
  if (typeof maxLength === 'number' && value.length > maxLength)
    return [`${where} is longer than ${maxLength}`];
  return typeof minLength === 'number' && value.length < minLength
    ? [`${where} is shorter than ${minLength}`]
    : [];
}

/** Checks a value by a schema. Values are never repeated in what it says. */
function check(
  schema: JsonObject,
  value: unknown,
  where: string,
  resolve: (node: unknown) => JsonObject,
): string[] {
  const flat = flatten(schema, resolve);
  if (value === null && flat['nullable'] === true) return [];
  if (!isOfType(flat['type'], value)) return [`${where} is not of type ${textOf(flat['type'])}`];
  const allowed = flat['enum'];
  if (isList(allowed) && !allowed.includes(value)) return [`${where} is not one of ${allowed.join(', ')}`];
  if (typeof value === 'string') return checkText(flat, value, where);
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = flat;
    return value < Number(minimum) || value > Number(maximum) ? [`${where} is out of range`] : [];
  }
  if (isList(value))
    return value.flatMap((item, at) => check(object(flat['items']), item, `${where}[${at}]`, resolve));
  if (!isObject(value) || !('properties' in flat)) return [];
  const properties = object(flat['properties']);
  const missing = list(flat['required'])
    .map((each) => textOf(each))
    .filter((key) => !(key in value));
  return [
    ...missing.map((key) => `${where}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, item]) =>
      // The description allows more properties, but a vendor's answer to them is not described.
      key in properties
        ? check(object(properties[key]), item, `${where}.${key}`, resolve)
        : [`${where}.${key} is not known`],
    ),
  ];
}

/** Reads an OpenAPI 3.0 description from a YAML file. */
export function readDescription(file: URL): Description {
  const document: unknown = parse(readFileSync(file, 'utf8'));
  const root = object(document);
  const resolve = (node: unknown): JsonObject => {
    const reference = object(node)['$ref'];
    if (typeof reference !== 'string') return object(node);
    return resolve(
      reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, part) => object(at)[part], root),
    );
  };
  const jsonSchema = (node: unknown): JsonObject =>
    object(object(object(object(node)['content'])['application/json'])['schema']);

  const paths = Object.entries(object(root['paths'])).map(([template, methods]) => ({
    methods: object(methods),
    pattern: new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  }));

  const describe = (operation: JsonObject, path: Readonly<Record<string, string>>): Endpoint => {
    const parameters = list(operation['parameters']).map(resolve);
    const checkParameters = (query: URLSearchParams): string[] => {
      const known = parameters.filter((each) => each['in'] === 'query').map((each) => textOf(each['name']));
      const unknown = [...query.keys()].filter((key) => !known.includes(key));
      return [
        ...unknown.map((key) => `query.${key} is not known`),
        ...parameters.flatMap((parameter) => {
          const name = textOf(parameter['name']);
          const given = parameter['in'] === 'path' ? path[name] : query.get(name);
          if (given == null) return parameter['required'] === true ? [`${name} is missing`] : [];
          const schema = flatten(object(parameter['schema']), resolve);
          const value = ['integer', 'number'].includes(textOf(schema['type'])) ? Number(given) : given;
          return check(schema, value, name, resolve);
        }),
      ];
    };
    const body = operation['requestBody'];
    return {
      operation: textOf(operation['operationId']),
      path,
      scopes: list(operation['security']).flatMap((each) =>
        list(object(each)['pinterest_oauth2']).map((each) => textOf(each)),
      ),
      checkRequest: (query, given) => [
        ...checkParameters(query),
        ...(body === undefined ? [] : check(jsonSchema(resolve(body)), given, 'body', resolve)),
      ],
      checkAnswer: (given) =>
        check(jsonSchema(object(operation['responses'])['200']), given, 'answer', resolve),
    };
  };

  return {
    find: (method, path) => {
      for (const { pattern, methods } of paths) {
        const match = pattern.exec(path);
        if (match === null) continue;
        const operation = methods[method.toLowerCase()];
        return operation === undefined ? 'path' : describe(object(operation), { ...match.groups });
      }
      return undefined;
    },
  };
}
