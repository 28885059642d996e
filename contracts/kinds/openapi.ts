import path from 'node:path';
import { TallyError } from '../error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer, valueAt } from '../json-pointer.ts';
import { kebabCase } from '../kebab-case.ts';
import { loadDocument } from '../load-document.ts';
import { FORMS_KEY, locateIn } from '../locate.ts';
import type { Contract, Kind, Message, Operation, ParsedContract, ParseOptions, SecurityScheme } from '../model.ts';
import { readPathItems, type OperationScope } from './openapi-operations.ts';
import { OpenapiReader, textOf, type Located } from './openapi-reader.ts';
import { swaggerSecurityScheme } from './openapi-swagger.ts';

/** OpenAPI documents: 2.0, 3.0, 3.1 and 3.2, in one file or many. */
export const openapi: Kind = {
  id: 'openapi',
  summary: 'OpenAPI 2.0, 3.0, 3.1 and 3.2 descriptions of HTTP APIs',
  recognises: (document) =>
    isObject(document) && ['openapi', 'swagger', 'swaggerVersion'].some((key) => Object.hasOwn(document, key)),
  parse,
};

async function parse(file: string, options: ParseOptions): Promise<ParsedContract> {
  const loaded = await loadDocument(file, options.root);
  const { source, digest } = loaded;
  const specification = specificationOf(loaded.document, options.root, source);
  const reader = new OpenapiReader(loaded.document, { root: options.root, source });
  const scope: OperationScope = { reader, ids: new Set(), forms: {} };
  const top: Located<JsonObject> = { value: loaded.document, pointer: '' };
  const operations = readPathItems(scope, pathItems(reader, top));
  const webhooks = [...readWebhooks(scope, top, 'webhooks'), ...readWebhooks(scope, top, 'x-webhooks')];
  const document =
    Object.keys(scope.forms).length > 0 ? { ...loaded.document, [FORMS_KEY]: scope.forms } : loaded.document;
  const identity = identityOf(loaded.document, source, options.name);
  const contract: Contract = {
    kind: 'openapi',
    ...identity,
    source,
    digest,
    specification,
    operations,
    ...(webhooks.length > 0 ? { webhooks } : {}),
    messages: webhooks.map((webhook) => messageOf(reader, webhook)),
    interactions: [],
    files: [],
    securitySchemes: readSchemes(reader, top),
    document,
  };
  return { contract, findings: [...loaded.findings, ...reader.findings] };
}

const SUPPORTED = /^(2\.0|3\.[012](\.\d+)?(-.+)?)$/;

/** YAML reads an unquoted `2.0` as the number 2: taken as it is meant. */
function specificationOf(document: JsonObject, root: string, source: string): string {
  const key = ['openapi', 'swagger', 'swaggerVersion'].find((name) => document[name] !== undefined) ?? 'openapi';
  const given = document[key];
  const version = key === 'swagger' && given === 2 ? '2.0' : plain(given ?? '');
  const fits = key === 'swagger' ? version === '2.0' : key === 'openapi' && version !== '2.0';
  if (fits && SUPPORTED.test(version) && (typeof given === 'string' || key === 'swagger')) return version;
  const { line, column } = locateIn(root, source, `/${key}`);
  throw new TallyError({
    code: 'OPENAPI_VERSION_UNSUPPORTED',
    where: `${source}:${line}:${column}`,
    why: `the document says ${key}: ${JSON.stringify(given ?? null)}`,
    fix:
      fits && SUPPORTED.test(version)
        ? `this is a number, and a version is a text of three: openapi: ${version}.0`
        : 'supported are swagger: "2.0" and openapi: 3.0.x, 3.1.x, 3.2.x',
  });
}

function identityOf(
  document: JsonObject,
  source: string,
  name: string | undefined,
): Pick<Contract, 'name' | 'title' | 'version'> {
  const info = isObject(document['info']) ? document['info'] : {};
  const title = textOf(info['title']) ?? path.posix.basename(source).replace(/\.\w+$/, '');
  const version = info['version'];
  return {
    name: name ?? nameOf(title),
    title,
    version: plain(version ?? '') || '0.0.0',
  };
}

/** `GitHub's OpenAPI` is `githubs-openapi`: capitals inside a word are the brand's, not word boundaries. */
function nameOf(title: string): string {
  return kebabCase(title.toLowerCase().replace(/['’]/g, '')) || 'api';
}

/** Text, or a number that YAML made of it. */
function plain(value: Json): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function pathItems(
  reader: OpenapiReader,
  top: Located<JsonObject>,
): readonly (Located<JsonObject> & { readonly name: string })[] {
  return reader.members(top, 'paths').filter((item) => {
    if (item.name.startsWith('/')) return true;
    reader.note(joinPointer('', 'paths', item.name), 'a path that begins with /', item.name);
    return false;
  });
}

/** Webhooks (3.1) and their widespread forerunner `x-webhooks`: what the API sends to its users. */
function readWebhooks(scope: OperationScope, top: Located<JsonObject>, key: string): readonly Operation[] {
  return readPathItems({ ...scope, ids: new Set() }, scope.reader.members(top, key));
}

function messageOf(reader: OpenapiReader, operation: Operation): Message {
  const { path: channel, pointer, where } = operation;
  const media = operation.requestBody?.content[0];
  const trigger = triggerOf(valueAt(reader.document, pointer));
  return {
    id: /^[A-Z]+ /.test(operation.id) ? channel : operation.id,
    channel,
    action: 'send',
    contentType: media?.mediaType ?? 'application/json',
    payload: media?.schema ?? true,
    headers: headersOf(operation),
    examples: (media?.examples ?? []).map((example) => ({
      name: example.name,
      payload: example.value,
      pointer: example.pointer,
    })),
    ...(trigger === undefined ? {} : { trigger }),
    pointer: media?.pointer ?? pointer,
    where,
  };
}

/** `x-trigger` says what makes the webhook happen. */
function triggerOf(operation: Json | undefined): Message['trigger'] {
  const trigger = isObject(operation) ? operation['x-trigger'] : undefined;
  if (!isObject(trigger)) return undefined;
  const named = ['operationId', 'status', 'schedule'].flatMap((key) =>
    trigger[key] === undefined ? [] : [[key, plain(trigger[key])]],
  );
  return Object.fromEntries(named);
}

function headersOf(operation: Operation): Json {
  const headers = operation.parameters.filter((parameter) => parameter.in === 'header');
  const required = headers.filter((header) => header.required).map((header) => header.name);
  const properties = Object.fromEntries(headers.map((header) => [header.name, header.schema]));
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function readSchemes(reader: OpenapiReader, top: Located<JsonObject>): Contract['securitySchemes'] {
  const components = reader.isSwagger ? undefined : reader.object(top, 'components');
  const schemes = reader.isSwagger
    ? reader.members(top, 'securityDefinitions')
    : components === undefined
      ? []
      : reader.members(components, 'securitySchemes');
  return Object.fromEntries(
    schemes.flatMap((scheme) => {
      const read = readScheme(reader, scheme.value);
      if (read === undefined) reader.note(scheme.pointer, 'a security scheme of a known type', scheme.value['type']);
      return read === undefined ? [] : [[scheme.name, read]];
    }),
  );
}

function readScheme(reader: OpenapiReader, scheme: JsonObject): SecurityScheme | undefined {
  const place = scheme['in'];
  const type = scheme['type'];
  if (type === 'apiKey' && (place === 'header' || place === 'query' || place === 'cookie')) {
    return { type, name: textOf(scheme['name']) ?? '', in: place };
  }
  if (reader.isSwagger) return swaggerSecurityScheme(scheme);
  if (type === 'http') return { type, scheme: (textOf(scheme['scheme']) ?? '').toLowerCase() };
  if (type === 'openIdConnect') return { type, url: textOf(scheme['openIdConnectUrl']) ?? '' };
  if (type === 'mutualTLS') return { type };
  return type === 'oauth2' ? readOauth2(scheme) : undefined;
}

/** The client credentials flow comes first: it is the one that a machine can go through. */
function readOauth2(scheme: JsonObject): SecurityScheme {
  const flows = isObject(scheme['flows']) ? scheme['flows'] : {};
  const ordered = [flows['clientCredentials'], ...Object.values(flows)]
    .filter((flow) => flow !== undefined)
    .filter(isObject);
  const tokenUrl = ordered.map((flow) => textOf(flow['tokenUrl'])).find((url) => url !== undefined);
  const scopes = [...new Set(ordered.flatMap((flow) => (isObject(flow['scopes']) ? Object.keys(flow['scopes']) : [])))];
  return { type: 'oauth2', scopes, ...(tokenUrl === undefined ? {} : { tokenUrl }) };
}
