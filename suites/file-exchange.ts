import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  findContract,
  locate,
  runCheck,
  TallyError,
  type Contract,
  type FileDescription,
  type Finding,
  type RunContext,
} from '../contracts/index.ts';
import { SEND_LIMITS, sendRequest, type Observed } from './send-request.ts';
import type { Target } from './target.ts';
import { verifyFile } from './verify-file.ts';

export interface FileExchangeOptions {
  /** The provider whose files are fetched; without one only the contracts' own examples are verified. */
  readonly target?: Target;
  /** Verify the contracts' own examples as well; true unless told. */
  readonly examples?: boolean;
}

const SUITE = 'files';
/** A file may be far larger than an answer, and take far longer to write. */
const LIMITS = { ...SEND_LIMITS, timeoutMs: 60_000, maxBytes: 200_000_000 };

/** Verifies the example files of every file contract, and the files that the provider writes. */
export async function runFileExchange(context: RunContext, options: FileExchangeOptions): Promise<void> {
  for (const { contract } of context.workspace.contracts) {
    if (contract.kind === 'file' && options.examples !== false) await verifyExamples(context, contract);
  }
  const { target } = options;
  if (!target) return;
  for (const served of context.workspace.config.providers[target.apiName]?.files ?? []) {
    await verifyServed(context, target, served);
  }
}

async function verifyExamples(context: RunContext, contract: Contract): Promise<void> {
  for (const file of contract.files) {
    for (const example of file.examples) {
      const subject = `${contract.name} ${contract.version} · ${basename(example)}`;
      await runCheck(context, { id: 'file-example-valid', suite: SUITE, subject }, async () => {
        const bytes = await readFile(join(context.workspace.root, example));
        return await verifyFile(context, { contract, file, name: basename(example), bytes });
      });
    }
  }
}

async function verifyServed(
  context: RunContext,
  target: Target,
  served: { readonly file: string; readonly path: string },
): Promise<void> {
  const subject = `${target.apiName} · ${served.file}`;
  await runCheck(context, { id: 'file-served', suite: SUITE, subject }, async () => {
    const { contract, file } = contractOf(context, served.file);
    const observed = await sendRequest(
      context,
      { method: 'POST', url: new URL(served.path, `${target.url}/`).href, headers: {} },
      target,
      LIMITS,
    );
    const { answer } = observed;
    if (!answer || answer.status >= 300) return { findings: [notServed(context, contract, file, observed)] };
    const name = nameOf(answer.headers['content-disposition']) ?? '';
    return await verifyFile(context, { contract, file, name, bytes: answer.bytes });
  });
}

/** The newest version of the contract, and its file of the same name or its first. */
function contractOf(
  context: RunContext,
  name: string,
): { readonly contract: Contract; readonly file: FileDescription } {
  const contract = findContract(context.workspace, 'file', name);
  const file = contract.files.find(({ id }) => id === name) ?? contract.files[0];
  if (file) return { contract, file };
  throw new TallyError({
    code: 'FILE_NOT_DESCRIBED',
    where: contract.source,
    why: 'the contract describes no file',
    fix: 'add a resource to it',
  });
}

function notServed(
  context: RunContext,
  contract: Contract,
  file: FileDescription,
  { answer, exchange }: Observed,
): Finding {
  const actual = answer?.status ?? exchange.connection ?? 'no answer';
  return {
    code: 'file-not-served',
    severity: 'error',
    message: `the provider does not hand the file over: ${actual}`,
    fix: 'look at the log of the provider',
    expected: 'a file',
    actual,
    where: locate(context.workspace.root, contract, file.pointer),
    exchange,
  };
}

/**
 * The file name of a Content-Disposition (RFC 6266 §4.3: `filename*` before `filename`), as it was sent: a path in it
 * (`../../x`) is left for the naming rule to find. Nothing is written under this name.
 */
function nameOf(disposition: string | undefined): string | undefined {
  const [, extended] = /filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(disposition ?? '') ?? [];
  if (extended !== undefined) return decoded(extended);
  const [, quoted, bare] = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition ?? '') ?? [];
  return quoted?.replace(/\\(.)/g, '$1') ?? bare;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
