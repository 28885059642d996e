import path from 'node:path';
import { EXIT, TallyError } from '../error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { kebabCase } from '../kebab-case.ts';
import { loadDocument } from '../load-document.ts';
import { locateIn } from '../locate.ts';
import type { Contract, Kind, Message, ParsedContract, ParseOptions } from '../model.ts';
import { messagesOf2 } from './asyncapi-channels.ts';
import { readOperations } from './asyncapi-operations.ts';
import { note, scalarText, textOf, type Reading } from './asyncapi-reader.ts';

/** AsyncAPI documents: what is sent or received over channels, webhooks among them. */
export const asyncapi: Kind = {
  id: 'asyncapi',
  summary: 'AsyncAPI 2.x and 3.x descriptions of events and webhooks',
  recognises: (document) => isObject(document) && Object.hasOwn(document, 'asyncapi'),
  parse,
};

async function parse(file: string, options: ParseOptions): Promise<ParsedContract> {
  const { document, source, digest, findings } = await loadDocument(file, options.root);
  const version = versionOf(document, source, options.root);
  const info = isObject(document['info']) ? document['info'] : {};
  const title = textOf(info['title']) ?? path.posix.basename(source).replace(/\.\w+$/, '');
  const reading: Reading = { document, root: options.root, source, findings: [...findings] };
  checkInfo(reading);
  const { messages, replies } = version.startsWith('2') ? { messages: messagesOf2(reading) } : readOperations(reading);
  const contract: Contract = {
    kind: 'asyncapi',
    name: options.name ?? (kebabCase(title) || 'events'),
    version: scalarText(info['version']) ?? '0.0.0',
    title,
    source,
    digest,
    specification: `asyncapi ${version}`,
    operations: [],
    messages: withUniqueIds(messages),
    ...(replies === undefined ? {} : { replies }),
    interactions: [],
    files: [],
    securitySchemes: {},
    document,
  };
  return { contract, findings: reading.findings };
}

function versionOf(document: JsonObject, source: string, root: string): string {
  const version = scalarText(document['asyncapi']) ?? '';
  if (/^(2|3)\.\d+(\.\d+)?(-.+)?$/.test(version)) return version;
  const { line, column } = locateIn(root, source, '/asyncapi');
  throw new TallyError({
    code: 'ASYNCAPI_VERSION_UNSUPPORTED',
    where: `${source}:${line}:${column}`,
    why: `the document says asyncapi: ${JSON.stringify(document['asyncapi'] ?? null)}`,
    fix: 'supported are asyncapi: 2.x.x and 3.x.x',
    exitCode: EXIT.usage,
  });
}

function checkInfo(reading: Reading): void {
  const info = reading.document['info'];
  if (!isObject(info)) {
    note(reading, '', {
      code: 'asyncapi-info-missing',
      message: 'the document has no "info"',
      fix: 'add "info" with "title" and "version"',
    });
    return;
  }
  for (const name of ['title', 'version']) {
    if (scalarText(info[name]) !== undefined) continue;
    note(reading, '/info', { code: 'asyncapi-info-missing', message: `"info" has no "${name}"`, fix: `add "${name}"` });
  }
}

/** One message in two operations is two messages here: the second gets its action, then a number, behind its name. */
function withUniqueIds(messages: readonly Message[]): readonly Message[] {
  const taken = new Set<string>();
  return messages.map((message) => {
    const candidates = [message.id, `${message.id}.${message.action}`, `${message.id}.${message.channel}`];
    let id = candidates.find((each) => !taken.has(each));
    for (let number = 2; id === undefined; number++)
      id = taken.has(`${message.id}.${number}`) ? undefined : `${message.id}.${number}`;
    taken.add(id);
    return { ...message, id };
  });
}
