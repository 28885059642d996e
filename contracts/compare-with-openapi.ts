import type { Result } from '@pactflow/openapi-pact-comparator';
import type { Severity } from './finding.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { pointerOfReference, valueAt } from './json-pointer.ts';
import type { Contract, Interaction, Operation, Parameter } from './model.ts';

/** One way in which an interaction departs from its operation, before anyone knows the lines. */
export interface InteractionProblem {
  readonly code: string;
  readonly severity: Severity;
  /** What follows after `checkout, "a booking":`. */
  readonly message: string;
  readonly fix?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** Place in the interaction by our names: `['request', 'headers', 'accept']`, `['response', 'body', 'items', '0']`. */
  readonly place: readonly string[];
  /** Into `contract.document`. */
  readonly contractPointer: string;
}

type HttpInteraction = Interaction & Required<Pick<Interaction, 'request' | 'response'>>;

/**
 * Holds an HTTP interaction against its operation with the comparator: path, query, headers, credentials, status and media
 * types. Bodies are judged elsewhere: the comparator does not end on a schema that contains itself through `allOf`,
 * overlooks what a nullable object lost, and takes every map for closed.
 */
export async function compareWithOpenapi(
  contract: Contract,
  operation: Operation,
  interaction: HttpInteraction,
): Promise<readonly InteractionProblem[]> {
  const { Comparator } = await import('@pactflow/openapi-pact-comparator');
  const comparator = new Comparator(documentOf(contract, operation));
  const problems: InteractionProblem[] = [];
  for await (const result of comparator.compare(pactOf(operation, interaction)))
    problems.push(problemOf(result, operation));
  return uniqueProblems(problems);
}

/** One operation, resolved, in the words of OpenAPI 3.0: whatever version the contract itself is written in. */
function documentOf(contract: Contract, operation: Operation): JsonObject {
  const schemas: Record<string, Json> = {};
  const own = (schema: Json): Json => copied(schema, contract.document, schemas);
  const described = {
    parameters: operation.parameters.map(({ name, in: place, required, style, explode, schema }) => {
      return { name, in: place, required, style, explode, schema: own(schema) };
    }),
    ...(operation.requestBody === undefined
      ? {}
      : {
          requestBody: { required: operation.requestBody.required, content: contentOf(operation.requestBody.content) },
        }),
    responses: Object.fromEntries(
      operation.responses.map(({ status, description, headers, content }) => {
        const named = headers.map(({ name, schema }) => [name, { schema: own(schema) }] as const);
        return [status, { description, headers: Object.fromEntries(named), content: contentOf(content) }];
      }),
    ),
    security: operation.security.map((alternative) => ({ ...alternative })),
  };
  return {
    openapi: '3.0.3',
    info: { title: contract.title, version: contract.version },
    paths: { [operation.path]: { [operation.method]: described } },
    components: { schemas, securitySchemes: schemesOf(contract) },
  };
}

function contentOf(content: readonly { readonly mediaType: string }[]): JsonObject {
  return Object.fromEntries(content.map(({ mediaType }) => [mediaType, { schema: {} }]));
}

function schemesOf({ securitySchemes }: Contract): JsonObject {
  const schemes = Object.entries(securitySchemes).map(([name, scheme]) => {
    if (scheme.type === 'apiKey') return [name, { type: 'apiKey', name: scheme.name, in: scheme.in }] as const;
    return [name, { type: scheme.type, ...(scheme.type === 'http' ? { scheme: scheme.scheme } : {}) }] as const;
  });
  return Object.fromEntries(schemes);
}

/** The comparator would resolve names of schemas itself, and run any pattern. */
const LEFT_OUT = new Set(['$id', '$schema', '$anchor', 'id', 'pattern', 'example', 'examples', 'description']);

/** A schema with what it refers to moved to `components/schemas`, each under a number. */
function copied(schema: Json, document: JsonObject, schemas: Record<string, Json>): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => copied(item, document, schemas));
  if (!isObject(schema)) return schema;
  const reference = schema['$ref'];
  const target = typeof reference === 'string' ? pointerOfReference(reference) : undefined;
  if (target !== undefined) return { $ref: named(target, document, schemas) };
  const kept = Object.entries(schema).filter(([keyword]) => !LEFT_OUT.has(keyword) && !keyword.startsWith('x-'));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, copied(value, document, schemas)]));
}

function named(target: string, document: JsonObject, schemas: Record<string, Json>): string {
  const name = `s${Buffer.from(target).toString('hex')}`;
  if (schemas[name] === undefined) {
    schemas[name] = {};
    schemas[name] = copied(valueAt(document, target) ?? {}, document, schemas);
  }
  return `#/components/schemas/${name}`;
}

/** As pact 3 writes it: there a body stands for itself. */
function pactOf(operation: Operation, interaction: HttpInteraction) {
  const { request, response, description } = interaction;
  const body = request.body === undefined ? {} : { body: request.body };
  return {
    metadata: { pactSpecification: { version: '3.0.0' } },
    interactions: [
      {
        description,
        request: {
          ...body,
          method: request.method,
          path: pathFor(operation, request.path),
          ...queryText(request.query),
          headers: texts(request.headers),
        },
        response: {
          status: response.status,
          headers: texts(response.headers),
          ...(response.body === undefined ? {} : { body: response.body }),
        },
      },
    ],
  };
}

/** Without the base path that the consumer may have written in front. */
function pathFor(operation: Operation, path: string): string {
  const wanted = operation.path.split('/').length;
  const segments = path.split('/');
  return segments.length > wanted ? `/${segments.slice(segments.length - wanted + 1).join('/')}` : path;
}

function queryText(query: Json | undefined): { readonly query?: string } {
  if (!isObject(query)) return {};
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value: Json) => [name, plainText(value)] as [string, string]),
  );
  return { query: new URLSearchParams(pairs).toString() };
}

function texts(headers: Json | undefined): Record<string, string> {
  if (!isObject(headers)) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plainText(value)]));
}

function plainText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Where the comparator is stricter than the harm that can come of it. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  // Verifiers add credentials on the way: a pact without them is usual.
  'request.authorization.missing': 'warning',
  // Servers ignore headers that they do not know.
  'request.header.unknown': 'info',
  'request.accept.unknown': 'info',
  'response.status.default': 'info',
};

function problemOf(result: Result, operation: Operation): InteractionProblem {
  const place = placeOf(result.mockDetails?.location ?? '');
  const { value } = result.mockDetails ?? {};
  return {
    code: `pact-${result.code.replaceAll('.', '-')}`,
    severity: SEVERITIES[result.code] ?? result.type,
    message: sentenceOf(result, place, operation),
    fix: 'change what the consumer does, or add it to the contract',
    ...(typeof value === 'string' || typeof value === 'number' ? { actual: value } : {}),
    place,
    contractPointer: pointerOf(result, operation),
  };
}

/** `[root].interactions[0].request.headers.accept` */
function placeOf(location: string): readonly string[] {
  const [side = '', part, ...name] = location.replace(/^\[root\]\.interactions\[\d+\]\./, '').split('.');
  if (part === undefined) return [side];
  return name.length === 0 ? [side, part] : [side, part, name.join('.')];
}

function sentenceOf({ code, message }: Result, place: readonly string[], operation: Operation): string {
  const title = `${operation.method.toUpperCase()} ${operation.path}`;
  const name = place[2] === undefined ? '' : ` "${place[2]}"`;
  const said = message.replace(/^[^:]*: /, '');
  if (code === 'request.path-or-method.unknown')
    return `its path does not fit ${title}: a path parameter has another type or format`;
  if (code === 'request.query.unknown') return `it sends the query parameter${name}, which ${title} does not have`;
  if (code === 'request.query.incompatible') return `the query parameter${name} of ${title} ${said}`;
  if (code === 'request.header.incompatible') return `the request header${name} of ${title} ${said}`;
  if (code === 'response.header.incompatible') return `the response header${name} of ${title} ${said}`;
  if (code === 'response.header.unknown' || code === 'response.header.undefined')
    return `it relies on the response header${name}, which ${title} does not promise`;
  if (code === 'response.status.unknown')
    return `it expects an answer of ${title} that the contract does not have: status ${said}`;
  return `${title}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function pointerOf(result: Result, operation: Operation): string {
  const location = result.specDetails?.location ?? '';
  const index = /\.parameters\[(\d+)\]/.exec(location)?.[1];
  const parameter: Parameter | undefined = index === undefined ? undefined : operation.parameters[Number(index)];
  if (parameter !== undefined) return parameter.pointer;
  const status = /\.responses\.(\d{3})/.exec(location)?.[1];
  if (status !== undefined) return responseOf(operation, Number(status))?.pointer ?? operation.pointer;
  return operation.pointer;
}

/** The response that documents a status: exact, its class (`4XX`), or `default`. */
export function responseOf(operation: Operation, status: number): Operation['responses'][number] | undefined {
  const named = (name: string) => operation.responses.find((response) => response.status.toUpperCase() === name);
  return named(String(status)) ?? named(`${String(status).charAt(0)}XX`) ?? named('DEFAULT');
}

function uniqueProblems(problems: readonly InteractionProblem[]): readonly InteractionProblem[] {
  return [
    ...new Map(
      problems.map((problem) => [`${problem.code} ${problem.place.join('/')} ${problem.message}`, problem]),
    ).values(),
  ];
}
