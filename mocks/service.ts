import { createLogger } from '@stoplight/prism-core';
import type { Contract } from '../contracts/index.ts';
import type { ApiKey } from './call.ts';
import type { ListedService } from './catalogue.ts';
import type { LoadedContract } from './load-contract.ts';
import { apiKeysOf } from './mark-api-keys.ts';
import type { MockLayout, MockOptions } from './mock-options.ts';
import { createMockEngine, type MockEngine } from './mock-engine.ts';
import type { PrismRoute } from './prism-operations.ts';
import type { Fallback } from './resource-model.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxStates } from './sandbox-states.ts';
import type { TrafficLog } from './traffic-log.ts';

/** One version of an API as it is mocked. */
export interface MockService extends ListedService {
  readonly contract: Contract;
  /** What of it remembers. */
  readonly sandbox?: SandboxSummary;
}

interface SandboxSummary {
  /** Collections that are kept. */
  readonly collections: readonly string[];
  /** Operations whose answer stays the example, and why. */
  readonly fallbacks: readonly Fallback[];
  /** What is derived only in part. */
  readonly notes: readonly Fallback[];
}

/** One reading of its document, which the next one replaces. */
export interface RunningService extends MockService {
  /** Place in the list of services. */
  readonly index: number;
  /** Name and version, for the journal. */
  readonly label: string;
  readonly engine: MockEngine;
  readonly apiKeys: readonly ApiKey[];
  operationIdOf(route: PrismRoute): string | undefined;
}

export interface ServiceSettings {
  readonly options: MockOptions;
  readonly layout: MockLayout;
  readonly log: Pick<TrafficLog, 'engineLevel' | 'engineStream'>;
  readonly states?: SandboxStates | undefined;
}

/** @param url of the server */
export function openService(
  { contract, document }: LoadedContract,
  { url, index }: { readonly url: string; readonly index: number },
  settings: ServiceSettings,
): RunningService {
  const { options, layout, log, states } = settings;
  const { name, version, title } = contract;
  const basePath = layout === 'catalogue' ? `/${encodeURIComponent(name)}/${encodeURIComponent(version)}` : '';
  const logger = createLogger('PRISM', { level: log.engineLevel }, log.engineStream);
  const sandbox = states?.open(contract, url + basePath);
  const ids = new Map(contract.operations.map(({ method, path, id }) => [`${method} ${path}`, id]));
  const idOf = new Map(document.routes.map((route) => [route, ids.get(`${route.method} ${route.path}`)]));
  return {
    name,
    version,
    title,
    basePath,
    index,
    label: `${name} ${version}`,
    contract,
    url: url + basePath,
    operations: document.routes.length,
    engine: createMockEngine(document, options, logger, sandbox),
    ...(sandbox === undefined ? {} : { sandbox: summaryOf(sandbox) }),
    apiKeys: apiKeysOf(contract),
    operationIdOf: (route) => idOf.get(route),
  };
}

function summaryOf({ model: { roles, fallbacks, notes } }: Sandbox): SandboxSummary {
  const collections = new Set([...roles.values()].map(({ resource }) => resource.collectionPath));
  return { collections: [...collections], fallbacks, notes };
}
