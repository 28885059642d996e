/**
 * The process that lints: Spectral and Redocly take seconds of pure computation on a large document, and a process of
 * their own neither blocks a server nor outlives being killed. It answers requests over IPC,
 * one at a time, until whoever asks is gone.
 */
import { promises as fs } from 'node:fs';
import * as nodeFs from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BaseResolver, createConfig, lintDocument, Source, type NormalizedProblem } from '@redocly/openapi-core';
import spectralCore, { type Ruleset as SpectralRuleset } from '@stoplight/spectral-core';
import bundler from '@stoplight/spectral-ruleset-bundler/with-loader';
import { parse, stringify } from 'yaml';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';
import type { LintAnswer, LintRequest } from './lint.ts';
import type { UnplacedFinding } from './unplaced-finding.ts';

process.on('message', (request: LintRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.once('disconnect', () => process.exit());

async function answer(request: LintRequest): Promise<LintAnswer> {
  try {
    withoutForeignReferences(request.document);
    withoutCircles(request.document, request.document);
    const structure = request.kind === 'openapi' ? await lintStructure(request) : [];
    const style = await lintStyle(request);
    return { findings: withoutRepeats([...structure, ...style]) };
  } catch (cause) {
    return { error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}

/** A rule over alternatives reports once for each of them. */
function withoutRepeats(findings: readonly UnplacedFinding[]): readonly UnplacedFinding[] {
  return [
    ...new Map(findings.map((finding) => [`${finding.code} ${finding.pointer} ${finding.message}`, finding])).values(),
  ];
}

/** What still leads out of the document was reported when it was loaded; the linters would go and fetch it. */
function withoutForeignReferences(value: Json): void {
  if (typeof value !== 'object' || value === null) return;
  if (isObject(value)) {
    const reference = value['$ref'];
    if (typeof reference === 'string' && !reference.startsWith('#')) Reflect.deleteProperty(value, '$ref');
  }
  for (const child of Object.values(value)) withoutForeignReferences(child);
}

/** A reference that only leads back to itself was reported, too; Spectral gives up on the whole document for one. */
function withoutCircles(document: JsonObject, value: Json): void {
  if (typeof value !== 'object' || value === null) return;
  if (isObject(value) && leadsBack(document, value['$ref'])) Reflect.deleteProperty(value, '$ref');
  for (const child of Object.values(value)) withoutCircles(document, child);
}

function leadsBack(document: JsonObject, first: Json | undefined): boolean {
  const seen = new Set<Json>();
  for (let reference = first; typeof reference === 'string';) {
    if (seen.has(reference)) return true;
    seen.add(reference);
    const pointer = pointerOfReference(reference);
    const target = pointer === undefined ? undefined : valueAt(document, pointer);
    reference = isObject(target) ? target['$ref'] : undefined;
  }
  return false;
}

async function lintStructure(request: LintRequest): Promise<UnplacedFinding[]> {
  const config = await createConfig({ rules: { struct: 'error' } });
  const document = { source: new Source(request.source, ''), parsed: request.document };
  const problems = await lintDocument({ document, config, externalRefResolver: new BaseResolver() });
  const found = problems.filter((problem) => problem.ruleId === 'struct').map(structureFinding);
  // Redocly knows extensions of its own; what others put into theirs is their business.
  const specified = found.filter(
    (finding) => !finding.pointer.includes('/x-') || finding.pointer.startsWith('/x-tally'),
  );
  const mayExtendSchemas = /^"?3\.[12]/.test(JSON.stringify(request.document['openapi'] ?? ''));
  return mayExtendSchemas ? specified.map(unknownKeyword) : specified;
}

function structureFinding(problem: NormalizedProblem): UnplacedFinding {
  return {
    code: 'structure',
    severity: problem.severity === 'error' ? 'error' : 'warning',
    message: problem.message.replace(/\.$/, ''),
    ...(problem.suggest.length > 0 ? { fix: `did you mean ${problem.suggest.slice(0, 3).join(' or ')}?` } : {}),
    pointer: decodeURIComponent((problem.location[0]?.pointer ?? '#/').slice(1)).replace(/\/$/, ''),
  };
}

/** JSON Schema 2020-12 takes a keyword that it does not know for a comment: it has no effect, and is no mistake of form. */
function unknownKeyword(finding: UnplacedFinding): UnplacedFinding {
  const isKeyword = finding.message.endsWith(' is not expected here') && /\/schemas?\//.test(finding.pointer);
  if (!isKeyword) return finding;
  const fix = finding.pointer.endsWith('/nullable')
    ? `write type: [..., "null"] instead: OpenAPI 3.1 has no nullable`
    : finding.fix;
  const message = finding.message.replace('is not expected here', 'has no effect: JSON Schema has no such keyword');
  return { ...finding, severity: 'warning', message, ...(fix === undefined ? {} : { fix }) };
}

const SEVERITIES = ['error', 'warning', 'info', 'info'] as const;
/** Ours are better: `ref-unresolved` has the near miss. */
const REPORTED_ELSEWHERE = new Set(['invalid-ref', 'unrecognized-format', 'parser']);

async function lintStyle(request: LintRequest): Promise<UnplacedFinding[]> {
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset(await loadRulesets(request.rulesets));
  const nowhere = { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } };
  // Handed over as parsed: lines are looked up by pointer later, for the few places that matter.
  const parsed = { data: request.document, diagnostics: [], ast: {}, lineMap: [] };
  const found = await spectral.run({ parsed, getLocationForJsonPath: () => nowhere, source: request.source });
  return found
    .filter((each) => !REPORTED_ELSEWHERE.has(String(each.code)))
    .map((each) => ({
      code: String(each.code),
      severity: SEVERITIES[each.severity] ?? 'info',
      message: each.message.replace(/\.$/, ''),
      pointer: joinPointer('', ...each.path),
    }));
}

/** The first ruleset is ours. */
async function loadRulesets([ours = '', ...theirs]: readonly string[]): Promise<SpectralRuleset> {
  if (theirs.length === 0) return await loadRuleset(ours);
  const folder = await mkdtemp(path.join(tmpdir(), 'tally-ruleset-'));
  try {
    const own = await Promise.all(
      theirs.map(async (file, index) => await completed(file, ours, path.join(folder, `${index}.yaml`))),
    );
    const all = path.join(folder, 'all.yaml');
    await writeFile(all, stringify({ extends: own }));
    return await loadRuleset(all);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A ruleset that extends none changes ours. */
async function completed(file: string, ours: string, beside: string): Promise<string> {
  const definition: unknown = parse(await fs.readFile(file, 'utf8'));
  if (!isObject(definition) || definition['extends'] !== undefined) return file;
  await writeFile(beside, stringify({ ...definition, extends: [ours] }));
  return beside;
}

async function loadRuleset(file: string): Promise<SpectralRuleset> {
  const refuse = async (): Promise<never> => {
    throw new Error('a ruleset is read from files only');
  };
  return await bundler.bundleAndLoadRuleset(file, { fs: nodeFs, fetch: refuse });
}
