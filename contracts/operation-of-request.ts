import { isObject, type Json } from './json.ts';
import type { Contract, Operation } from './model.ts';

/**
 * The operation that a request path belongs to, or undefined. Literal segments win over parameters, from the left (OpenAPI
 * 3.1 §4.8.8.1: concrete paths are matched first). A path may be given with or without the base path of the contract's
 * servers.
 */
export function operationOfRequest(
  contract: Pick<Contract, 'operations' | 'document'>,
  method: string,
  path: string,
): Operation | undefined {
  const ofMethod = contract.operations.filter((operation) => operation.method === method.toLowerCase());
  for (const segments of candidates(contract, segmentsOf(path))) {
    const matching = ofMethod.filter((operation) => matches(segmentsOf(operation.path), segments));
    const [best] = matching.toSorted((a, b) => (weightOf(a.path) < weightOf(b.path) ? -1 : 1));
    if (best !== undefined) return best;
  }
  return undefined;
}

function candidates(contract: Pick<Contract, 'document'>, given: readonly string[]): readonly (readonly string[])[] {
  const bases = basePaths(contract).map(segmentsOf);
  const inside = bases.filter(
    (base) => base.length > 0 && base.length < given.length && base.every((segment, at) => segment === given[at]),
  );
  return [given, ...inside.map((base) => given.slice(base.length))];
}

function segmentsOf(path: string): readonly string[] {
  const [plain = ''] = path.split(/[?#]/, 1);
  return plain.replace(/^\/+/, '').split('/');
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  if (template.length !== segments.length) return false;
  return template.every((part, at) => matchesSegment(part, segments[at] ?? ''));
}

/** `{id}`, `{id}.json`, `report-{year}`: the text around the first parameter must be there. */
function matchesSegment(part: string, segment: string): boolean {
  const start = part.indexOf('{');
  if (start === -1) return part === segment || part === decoded(segment);
  const end = part.length - 1 - part.lastIndexOf('}');
  const [before, after] = [part.slice(0, start), end === 0 ? '' : part.slice(-end)];
  return segment.length > before.length + after.length && segment.startsWith(before) && segment.endsWith(after);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Sorts literal segments first, then those that are partly literal. */
function weightOf(template: string): string {
  return segmentsOf(template)
    .map((part) => (!part.includes('{') ? '0' : /^\{[^}]*\}$/.test(part) ? '2' : '1'))
    .join('');
}

function basePaths({ document }: Pick<Contract, 'document'>): readonly string[] {
  const { servers, basePath } = document;
  const urls: readonly Json[] = Array.isArray(servers)
    ? servers.map((server: Json) => (isObject(server) ? (server['url'] ?? '') : ''))
    : [];
  const paths = [...urls, basePath ?? ''].flatMap((url) => (typeof url === 'string' ? [pathOf(url)] : []));
  return [...new Set(paths)];
}

function pathOf(url: string): string {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '').replace(/^\/\/[^/]*/, '');
  return path.includes('{') ? '' : path;
}
