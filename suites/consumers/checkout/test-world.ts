import { jest } from '@jest/globals';
import type { Clock } from './clock.ts';
import { connectCarrier, type CarrierSettings } from './connect-carrier.ts';
import type { ParcelCarrier } from './parcel-carrier.ts';
import type { Resilience } from './send-to-carrier.ts';

/** A client in a world whose time passes only when it sleeps, and whose dice always fall the same. */
export interface TestWorld {
  readonly carrier: ParcelCarrier;
  /** How long the client slept, in order. Milliseconds. */
  readonly sleeps: number[];
  /** What it logged. */
  readonly log: string[];
  /** Lets time pass. */
  pass(durationMs: number): void;
  /** Ends the attempts that run now as their time limit would. */
  timeOut(): void;
}

export const CARRIER = 'http://carrier.test';
export const TOKEN = 'test-token-1';
export const SECRET = 'test-client-secret';
/** A Sunday, and no whole second. */
export const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);

export function testWorld(
  settings: { readonly resilience?: Partial<Resilience>; readonly credentials?: CarrierSettings['credentials'] } = {},
): TestWorld {
  const sleeps: number[] = [];
  const log: string[] = [];
  const running: AbortController[] = [];
  // The circuit breaker reads the time from Date; nothing else is faked, so sockets and promises go on.
  jest.useFakeTimers({ now: NOW, doNotFake: REAL });
  const pass = (durationMs: number): void => {
    jest.setSystemTime(Date.now() + durationMs);
  };
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (durationMs) => {
      sleeps.push(durationMs);
      pass(durationMs);
      return Promise.resolve();
    },
    timeout: () => {
      const controller = new AbortController();
      running.push(controller);
      return controller.signal;
    },
  };
  const { resilience, credentials = defaultCredentials } = settings;
  const carrier = connectCarrier(
    { baseUrl: `${CARRIER}/v2`, credentials, ...(resilience && { resilience }) },
    { clock, random: () => 0.5, newKey: sequence(), writeLog: (line) => log.push(line) },
  );
  const timeOut = (): void => {
    pass(5000);
    for (const controller of running) controller.abort(new DOMException('too long', 'TimeoutError'));
  };
  return { carrier, sleeps, log, pass, timeOut };
}

const defaultCredentials = {
  type: 'oauth2',
  tokenUrl: `${CARRIER}/oauth/token`,
  clientId: 'checkout',
  clientSecret: SECRET,
} as const;

const REAL: Array<
  | 'hrtime'
  | 'nextTick'
  | 'performance'
  | 'queueMicrotask'
  | 'setImmediate'
  | 'clearImmediate'
  | 'setInterval'
  | 'clearInterval'
  | 'setTimeout'
  | 'clearTimeout'
> = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
];

/** UUIDs that a reader can tell apart. */
function sequence(): () => string {
  let count = 0;
  return () => `8e03978e-40d5-43dd-bc93-${String((count += 1)).padStart(12, '0')}`;
}
