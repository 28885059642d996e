import path from 'node:path';
import type { Finding } from '../finding.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { kebabCase } from '../kebab-case.ts';
import { locateIn } from '../locate.ts';
import type { Contract, Kind, Operation, ParsedContract, ParseOptions, Response } from '../model.ts';
import { readDocument } from '../read-document.ts';

/**
 * Postman collections 2.0 and 2.1: requests and answers by example. They promise nothing, so no rule and no gate looks at
 * them; mocks and proxies take them as Prism does. Only what a list of operations shows is read here.
 */
export const postman: Kind = {
  id: 'postman',
  summary: 'Postman collections 2.0 and 2.1, for tally mock and tally proxy',
  recognises: (document) => isObject(document) && ['info', 'item'].every((name) => Object.hasOwn(document, name)),
  parse,
};

async function parse(file: string, options: ParseOptions): Promise<ParsedContract> {
  const { document, source, digest } = await readDocument(file, options.root);
  const info = isObject(document['info']) ? document['info'] : {};
  const title = typeof info['name'] === 'string' ? info['name'] : path.posix.basename(source, '.json');
  const contract: Contract = {
    kind: 'postman',
    name: options.name ?? (kebabCase(title) || path.posix.basename(source, '.json')),
    version: versionOf(info['version']),
    title,
    source,
    digest,
    specification: `postman ${/v(\d+\.\d+)/.exec(textOf(info['schema']))?.[1] ?? '2'}`,
    operations: operationsOf(document, options.root, source),
    messages: [],
    interactions: [],
    files: [],
    securitySchemes: {},
    document,
  };
  return { contract, findings: [byExample(options.root, source)] };
}

/** A text, or its parts. Most collections have none. */
function versionOf(version: Json | undefined): string {
  if (typeof version === 'string') return version;
  if (!isObject(version)) return '0.0.0';
  return [version['major'], version['minor'], version['patch']].map((part) => String(Number(part ?? 0))).join('.');
}

function byExample(root: string, source: string): Finding {
  return {
    code: 'postman-collection',
    severity: 'info',
    message: 'a Postman collection shows requests and answers by example, and promises nothing that could be checked',
    fix: `tally mock ${source} answers from it, tally proxy ${source} URL compares with it; write an OpenAPI document for the rest`,
    where: locateIn(root, source, ''),
  };
}

/** Of several requests of one method and path the first one, as they are one operation. */
function operationsOf(document: JsonObject, root: string, source: string): readonly Operation[] {
  const operations = new Map<string, Operation>();
  for (const { item, pointer } of requestsIn(document, '')) {
    const operation = operationOf(item, pointer, root, source);
    if (!operations.has(operation.id)) operations.set(operation.id, operation);
  }
  return [...operations.values()];
}

interface Item {
  readonly item: JsonObject;
  readonly pointer: string;
}

/** Folders hold folders. */
function requestsIn(parent: JsonObject, pointer: string): readonly Item[] {
  const items = Array.isArray(parent['item']) ? parent['item'] : [];
  return items.flatMap((item: Json, index: number): readonly Item[] => {
    const at = joinPointer(pointer, 'item', index);
    if (!isObject(item)) return [];
    return Array.isArray(item['item'])
      ? requestsIn(item, at)
      : item['request'] === undefined
        ? []
        : [{ item, pointer: at }];
  });
}

function operationOf(item: JsonObject, pointer: string, root: string, source: string): Operation {
  const request = isObject(item['request']) ? item['request'] : { url: item['request'] ?? '' };
  const method = (typeof request['method'] === 'string' ? request['method'] : 'GET').toLowerCase();
  const template = templateOf(request['url'] ?? '');
  return {
    id: `${method.toUpperCase()} ${template}`,
    method,
    path: template,
    ...(typeof item['name'] === 'string' ? { summary: item['name'] } : {}),
    deprecated: false,
    parameters: [],
    responses: responsesOf(item, pointer),
    security: [],
    callbacks: [],
    pointer,
    where: locateIn(root, source, pointer),
  };
}

/** `/pets/{id}` of `{{baseUrl}}/pets/:id?limit=1`, or of its parts. */
function templateOf(url: Json): string {
  const parts = isObject(url) ? url['path'] : undefined;
  const raw = textOf(isObject(url) ? url['raw'] : url);
  const segments = Array.isArray(parts)
    ? parts.map((part) => textOf(isObject(part) ? part['value'] : part))
    : segmentsOf(raw);
  return `/${segments.map((segment) => (segment.startsWith(':') ? `{${segment.slice(1)}}` : segment)).join('/')}`;
}

function segmentsOf(raw: string): readonly string[] {
  const withoutQuery = raw.split(/[?#]/, 1)[0] ?? '';
  return withoutQuery
    .replace(/^[a-z][a-z+.-]*:\/\//i, '')
    .split('/')
    .slice(1);
}

function responsesOf(item: JsonObject, pointer: string): readonly Response[] {
  const responses = Array.isArray(item['response']) ? item['response'] : [];
  const byStatus = new Map<string, Response>();
  for (const [index, response] of responses.entries()) {
    if (!isObject(response) || response['code'] === undefined) continue;
    const status = textOf(response['code']);
    const description = typeof response['name'] === 'string' ? response['name'] : '';
    const at = joinPointer(pointer, 'response', index);
    if (!byStatus.has(status)) byStatus.set(status, { status, description, headers: [], content: [], pointer: at });
  }
  return [...byStatus.values()];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
