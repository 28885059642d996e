import type { Change } from './change.ts';
import type { Finding, Where } from './finding.ts';
import { splitPointer } from './json-pointer.ts';
import { knownCodes } from './known-codes.ts';
import { matchesGlob } from './matches-glob.ts';
import { didYouMean } from './near-miss.ts';
import type { Waiver } from './waiver.ts';

export { readWaivers } from './read-waivers.ts';
export type { Waiver } from './waiver.ts';

/** Findings after waivers, and what is wrong with the waivers. */
export interface Waived<T extends Finding> {
  readonly findings: readonly T[];
  /** `waiver-expired`, `waiver-unused`, each on the waiver's own line. */
  readonly problems: readonly Finding[];
}

/**
 * Turns waived errors and warnings of one suite into information that names its waiver. Waivers that name no suite count
 * as used or not only in `check`. `today` is a day in UTC, `2026-12-31`.
 */
export function applyWaivers<T extends Finding>(
  findings: readonly T[],
  waivers: readonly Waiver[],
  today: string,
  suite = 'diff',
): Waived<T> {
  const ledger = openWaivers(waivers, today);
  return { findings: ledger.apply(findings, suite), problems: ledger.problems([suite]) };
}

/** The waivers of one run: findings come suite by suite, and at the end it shows which were needed. */
export interface WaiverLedger {
  apply<T extends Finding>(findings: readonly T[], suite: string): readonly T[];
  /** Judged against the suites that ran: whoever did not look cannot say that nothing was there. */
  problems(suites: readonly string[]): readonly Finding[];
}

/** Opens the waivers for a run on a day in UTC, `2026-12-31`. */
export function openWaivers(waivers: readonly Waiver[], today: string): WaiverLedger {
  const matched = new Set<Waiver>();
  const seen = new Map<string, Finding>();
  return {
    apply: (findings, suite) =>
      findings.map((finding) => {
        if (finding.severity === 'info') return finding;
        seen.set(`${finding.code} ${finding.where.source}#${finding.where.pointer}`, finding);
        const matching = waivers.filter((waiver) => matches(waiver, finding, suite));
        for (const waiver of matching) matched.add(waiver);
        const holding = matching.find((waiver) => waiver.expires >= today);
        return holding === undefined ? finding : waived(finding, holding);
      }),
    problems: (suites) =>
      waivers.flatMap((waiver) => {
        const isJudged = suites.includes(waiver.suite ?? 'check');
        if (waiver.expires < today)
          return isJudged || matched.has(waiver) ? [expired(waiver, matched.has(waiver))] : [];
        return isJudged && !matched.has(waiver) ? [unused(waiver, [...seen.values()])] : [];
      }),
  };
}

function waived<T extends Finding>(finding: T, waiver: Waiver): T {
  const message = `${finding.message} (waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason})`;
  return { ...finding, severity: 'info', message };
}

function matches(waiver: Waiver, finding: Finding, suite: string): boolean {
  if (waiver.code !== finding.code || (waiver.suite ?? suite) !== suite) return false;
  return placesOf(finding).some((place) => place === waiver.place || matchesGlob(place, waiver.place));
}

/** The operation that a pointer into an OpenAPI document leads to: what reads only the document names no other. */
function operationAt({ pointer }: Where): string | undefined {
  const [first, path = '', method = ''] = splitPointer(pointer);
  const isOperation = first === 'paths' && path.startsWith('/') && METHODS.test(method);
  return isOperation ? `${method.toUpperCase()} ${path}` : undefined;
}

const METHODS = /^(?:get|put|post|delete|options|head|patch|trace|query)$/;

/** All that a finding's place can be called; a change has one in either document. */
function placesOf(finding: Finding & Partial<Pick<Change, 'base' | 'revision'>>): readonly string[] {
  const { where, related = [], operationId, operation, base, revision } = finding;
  const wheres = [where, ...related, base, revision].filter((each): each is Where => each !== undefined);
  return [
    ...wheres.flatMap(({ source, pointer }) => [source, pointer, `${source}#${pointer}`]),
    ...[operationId, operation, ...wheres.map(operationAt)].filter((each): each is string => each !== undefined),
  ];
}

function expired(waiver: Waiver, isNeeded: boolean): Finding {
  return {
    code: 'waiver-expired',
    severity: 'warning',
    message: `the waiver of ${waiver.code} at ${waiver.place} expired on ${waiver.expires}; ${isNeeded ? 'what it waived is still there' : 'nothing needs it any more'}`,
    fix: isNeeded ? `repair what it waived, or let ${waiver.owner} set a later day` : 'remove it',
    where: waiver.where,
  };
}

function unused(waiver: Waiver, seen: readonly Finding[]): Finding {
  return {
    code: 'waiver-unused',
    severity: 'warning',
    message: `nothing needs the waiver of ${waiver.code} at ${waiver.place}${elsewhere(waiver, seen)}`,
    fix:
      waiver.suite === undefined
        ? 'remove it, or name the suite that it is about where that is not "check"'
        : 'remove it',
    where: waiver.where,
  };
}

/** What was most likely meant: the same finding at another place, or another one of nearly that name. */
function elsewhere(waiver: Waiver, seen: readonly Finding[]): string {
  const same = seen.find((finding) => finding.code === waiver.code);
  const missing = waiver.missingFile === undefined ? '' : `; there is no file ${waiver.missingFile}`;
  if (same !== undefined) {
    const { source, pointer } = same.where;
    return `${missing}; there is one at ${source}${pointer === '' ? '' : `#${pointer}`}`;
  }
  const known = knownCodes();
  if (known.has(waiver.code)) return missing;
  return `${missing}${didYouMean(waiver.code, new Set([...seen.map((finding) => finding.code), ...known]))}`;
}
