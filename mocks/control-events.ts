import type { IncomingMessage, ServerResponse } from 'node:http';
import { controlProblem } from './control-problem.ts';
import type { ControlAnswer } from './control-section.ts';
import { summaryOf, type ExchangeSummary } from './exchange-summary.ts';
import type { Journal } from './journal.ts';

/** What a listener of `GET /events` is told, as server-sent events of the type `exchanges`. */
interface Told {
  readonly counts: Journal['counts'];
  /** Oldest first. */
  readonly exchanges: readonly ExchangeSummary[];
  /** There were more, which `GET /exchanges` has. */
  readonly isCut: boolean;
}

const LISTENERS = 16;
/** A person reads no faster. */
const EVERY_MS = 100;
const AT_ONCE = 500;
const ALIVE_MS = 15_000;

export interface EventStreams {
  readonly open: (request: IncomingMessage, response: ServerResponse) => ControlAnswer | undefined;
  readonly close: () => void;
}

/** Tells every listener of new exchanges, in bundles; who reads slowly is told less often, and never holds up the mocks. */
export function openEvents(journal: Journal): EventStreams {
  const closers = new Set<() => void>();
  return {
    open: (_request, response) => {
      if (closers.size >= LISTENERS) return controlProblem(503, 'Too many listeners', `${LISTENERS} listen already`);
      const close = openEvent(journal, response);
      closers.add(close);
      response.once('close', () => {
        close();
        closers.delete(close);
      });
      return undefined;
    },
    close: () => {
      for (const close of closers) close();
    },
  };
}

function openEvent(journal: Journal, response: ServerResponse): () => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let told = journal.counts.requests;
  let timer: NodeJS.Timeout | undefined;
  let isFull = false;
  const tell = (): void => {
    timer = undefined;
    if (response.writableNeedDrain) return waitForDrain();
    if (told === journal.counts.requests) return;
    const news = newsSince(journal, told);
    told = journal.counts.requests;
    response.write(`event: exchanges\ndata: ${JSON.stringify(news)}\n\n`);
  };
  const arm = (): void => {
    if (!isFull) timer ??= setTimeout(tell, EVERY_MS);
  };
  const waitForDrain = (): void => {
    isFull = true;
    response.once('drain', () => {
      isFull = false;
      arm();
    });
  };
  const unwatch = journal.watch(arm);
  const alive = setInterval(() => response.write(': alive\n\n'), ALIVE_MS);
  response.write(`event: hello\ndata: ${JSON.stringify({ counts: journal.counts })}\n\n`);
  return () => {
    unwatch();
    clearTimeout(timer);
    clearInterval(alive);
    response.end();
  };
}

function newsSince(journal: Journal, told: number): Told {
  const exchanges: ExchangeSummary[] = [];
  let isCut = false;
  for (const entry of journal.entries()) {
    if (entry.id <= told) break;
    isCut = exchanges.length === AT_ONCE;
    if (isCut) break;
    exchanges.push(summaryOf(entry));
  }
  return { counts: journal.counts, exchanges: exchanges.toReversed(), isCut };
}
