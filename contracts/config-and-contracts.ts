import type { ConfigProblem } from './check-config.ts';
import type { Config, ProviderConfig } from './config.ts';
import type { Contract, ContractKind } from './model.ts';
import { nearMiss } from './near-miss.ts';

/**
 * What `tally.yaml` names that the catalogue does not have. When a contract could not be read, a name that is missing
 * proves nothing: it may be that one's. `suites` are the consumers that have one, with or without a pact yet.
 */
export function configProblems(
  config: Config,
  contracts: readonly Contract[],
  someUnreadable: boolean,
  suites: readonly string[] = [],
): readonly ConfigProblem[] {
  if (someUnreadable) return [];
  return [
    ...Object.entries(config.providers).flatMap(([name, provider]) => providerProblems(name, provider, contracts)),
    ...consumerProblems(config, contracts, suites),
  ];
}

/** Who wrote a pact, or has a suite that will; a workspace with neither says nothing of who its consumers are. */
function consumerProblems(
  config: Config,
  contracts: readonly Contract[],
  suites: readonly string[],
): readonly ConfigProblem[] {
  const pacts = contracts.flatMap(({ interactions }) => interactions.map(({ consumer }) => consumer));
  const known = new Set([...pacts, ...suites]);
  return Object.entries(config.consumers).flatMap(([name, consumer]) => {
    const path = ['consumers', name];
    const versions = Object.entries(consumer.contracts).flatMap(([contract, version]) =>
      consumedProblems([...path, 'contracts', contract], contract, version, contracts),
    );
    if (known.size === 0 || known.has(name)) return versions;
    const near = nearMiss(name, known);
    const why = `no pact in contracts/pacts is of a consumer "${name}"; found ${[...known].join(', ')}`;
    const fix = near === undefined ? `add its pact, or suites/consumers/${name}` : `did you mean "${near}"?`;
    return [{ path, key: true, why, fix }, ...versions];
  });
}

/** A consumer is built against an API or against events. */
function consumedProblems(
  path: readonly string[],
  name: string,
  version: string,
  contracts: readonly Contract[],
): readonly ConfigProblem[] {
  const consumable = contracts.filter(({ kind }) => kind === 'openapi' || kind === 'asyncapi');
  const named = consumable.filter((contract) => contract.name === name).map((contract) => contract.version);
  if (named.includes(version)) return [];
  const names = new Set(consumable.map((contract) => contract.name));
  const near = named.length === 0 ? nearMiss(name, names) : nearMiss(version, named);
  return [
    named.length === 0
      ? {
          path,
          key: true,
          why: `there is no API or event contract "${name}"; found ${[...names].join(', ')}`,
          fix: near === undefined ? 'name one of them' : `did you mean "${near}"?`,
        }
      : {
          path,
          why: `"${name}" has no version ${version}; found ${[...new Set(named)].join(', ')}`,
          fix: near === undefined ? `name one of them, or add the version` : `did you mean "${near}"?`,
        },
  ];
}

function providerProblems(
  name: string,
  provider: ProviderConfig,
  contracts: readonly Contract[],
): readonly ConfigProblem[] {
  const path = ['providers', name];
  const unknown = unknownContract([...path], name, 'openapi', contracts, true);
  if (unknown.length > 0) return unknown;
  return [
    ...versionProblems(path, name, provider, contracts),
    ...(provider.webhooks === undefined
      ? []
      : unknownContract([...path, 'webhooks', 'events'], provider.webhooks.events, 'asyncapi', contracts)),
    ...triggerProblems(path, name, provider, contracts),
    ...provider.files.flatMap(({ file }, index) =>
      unknownContract([...path, 'files', String(index), 'file'], file, 'file', contracts),
    ),
  ];
}

const LABELS: Readonly<Record<ContractKind, readonly [label: string, folder: string]>> = {
  openapi: ['API', 'contracts/apis'],
  asyncapi: ['event', 'contracts/events'],
  file: ['file', 'contracts/files'],
  pact: ['pact', 'contracts/pacts'],
  postman: ['Postman collection', 'contracts/apis'],
};

function unknownContract(
  path: readonly string[],
  name: string,
  kind: ContractKind,
  contracts: readonly Contract[],
  key = false,
): readonly ConfigProblem[] {
  const names = new Set(contracts.filter((contract) => contract.kind === kind).map((contract) => contract.name));
  if (names.has(name)) return [];
  const near = nearMiss(name, names);
  const [label, folder] = LABELS[kind];
  const known = names.size === 0 ? `${folder} holds none` : `found ${[...names].join(', ')}`;
  return [
    {
      path,
      key,
      why: `there is no ${label} contract "${name}"; ${known}`,
      fix: near === undefined ? `add ${folder}/${name}, or correct the name` : `did you mean "${near}"?`,
    },
  ];
}

function versionProblems(
  path: readonly string[],
  name: string,
  provider: ProviderConfig,
  contracts: readonly Contract[],
): readonly ConfigProblem[] {
  const versions = versionsOf(name, contracts);
  const unknown = Object.keys(provider.versions).filter((version) => !versions.includes(version));
  return unknown.map((version) => ({
    path: [...path, 'versions', version],
    key: true,
    why: `the API "${name}" has no version ${version}; found ${versions.join(', ')}`,
    fix: `add contracts/apis/${name}/${version}, or correct the version`,
  }));
}

function triggerProblems(
  path: readonly string[],
  name: string,
  provider: ProviderConfig,
  contracts: readonly Contract[],
): readonly ConfigProblem[] {
  const trigger = provider.webhooks?.triggerOperationId;
  const ids = contracts
    .filter((contract) => contract.kind === 'openapi' && contract.name === name)
    .flatMap((contract) => contract.operations.map(({ id }) => id));
  if (trigger === undefined || ids.includes(trigger)) return [];
  const near = nearMiss(trigger, ids);
  return [
    {
      path: [...path, 'webhooks', 'triggerOperationId'],
      why: `the API "${name}" has no operation "${trigger}"`,
      fix: near === undefined ? 'name one of its operations' : `did you mean "${near}"?`,
    },
  ];
}

function versionsOf(name: string, contracts: readonly Contract[]): readonly string[] {
  return contracts
    .filter((contract) => contract.kind === 'openapi' && contract.name === name)
    .map((contract) => contract.version);
}
