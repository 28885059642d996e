import type { Contract, Interaction, Message } from '../contracts/index.ts';

/**
 * A Markdown page with one Mermaid flowchart of who exchanges what with whom, drawn from the contracts alone: APIs and the
 * consumers whose pacts call them, events with what triggers them, files.
 */
export function integrationDiagram(name: string, contracts: readonly Contract[]): string {
  const apis = contracts.filter((contract) => contract.kind === 'openapi');
  const events = contracts.filter((contract) => contract.kind === 'asyncapi');
  const files = contracts.filter((contract) => contract.kind === 'file');
  const interactions = contracts.flatMap((contract) => contract.interactions);
  const lines = [
    'flowchart LR',
    ...consumersOf(interactions).map((consumer) => `  ${idOf('consumer', consumer)}([${quote(consumer)}])`),
    '  partners([partners])',
    `  subgraph organisation [${quote(name)}]`,
    ...apis.map(
      (api) =>
        `    ${nodeOf(api)}[${quote(`API ${api.name} ${api.version}`, count(api.operations.length, 'operation'))}]`,
    ),
    ...events.map(
      (event) =>
        `    ${nodeOf(event)}{{${quote(`events ${event.name} ${event.version}`, count(event.messages.length, 'message'))}}}`,
    ),
    ...files.map(
      (file) =>
        `    ${nodeOf(file)}[/${quote(`file ${file.name} ${file.version}`, file.files.map((each) => each.format).join(', '))}/]`,
    ),
    '  end',
    ...callArrows(interactions, apis, events),
    ...files.map((file) => `  ${nodeOf(file)} ==> partners`),
    ...events.flatMap((event) => triggerArrows(event, apis)),
  ];
  return `# ${name}\n\nDrawn from the contracts by \`tally report --diagram\`; edit those instead.\n\n\`\`\`mermaid\n${lines.join('\n')}\n\`\`\`\n`;
}

function consumersOf(interactions: readonly Interaction[]): readonly string[] {
  return [...new Set(interactions.map((interaction) => interaction.consumer))].toSorted();
}

/** One arrow a consumer and pattern: to the newest version of the API, from the newest version of the events. */
function callArrows(
  interactions: readonly Interaction[],
  apis: readonly Contract[],
  events: readonly Contract[],
): readonly string[] {
  return consumersOf(interactions).flatMap((consumer) => {
    const own = interactions.filter((interaction) => interaction.consumer === consumer);
    const providers = [...new Set(own.map((interaction) => interaction.provider))].toSorted();
    return providers.flatMap((provider) => {
      const both = own.filter((interaction) => interaction.provider === provider);
      const [api, event] = [newest(apis, provider), newest(events, provider)];
      const calls = both.filter((interaction) => interaction.type === 'http').length;
      const messages = both.length - calls;
      return [
        ...(api !== undefined && calls > 0
          ? [`  ${idOf('consumer', consumer)} -- ${quote(count(calls, 'interaction'))} --> ${nodeOf(api)}`]
          : []),
        ...(event !== undefined && messages > 0
          ? [`  ${nodeOf(event)} -. ${quote(count(messages, 'message interaction'))} .-> ${idOf('consumer', consumer)}`]
          : []),
      ];
    });
  });
}

/** What makes each message happen: an operation's outcome, or a schedule. */
function triggerArrows(event: Contract, apis: readonly Contract[]): readonly string[] {
  const api = newest(apis, event.name);
  return event.messages.flatMap((message) => triggerArrow(event, api, message));
}

function triggerArrow(event: Contract, api: Contract | undefined, message: Message): readonly string[] {
  const { operationId, status, schedule } = message.trigger ?? {};
  if (operationId !== undefined && api !== undefined) {
    return [
      `  ${nodeOf(api)} -. ${quote(message.id, `after ${operationId} ${status ?? ''}`.trimEnd())} .-> ${nodeOf(event)}`,
    ];
  }
  return schedule === undefined ? [] : [`  ${nodeOf(event)} -. ${quote(message.id, schedule)} .-> ${nodeOf(event)}`];
}

/** Contracts come sorted by SemVer, so the last of a name is its newest. */
function newest(contracts: readonly Contract[], name: string): Contract | undefined {
  return contracts.findLast((contract) => contract.name === name);
}

function nodeOf(contract: Contract): string {
  return idOf(contract.kind, `${contract.name}-${contract.version}`);
}

function idOf(prefix: string, name: string): string {
  return `${prefix}_${name.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
}

/** A Mermaid string: quoted, with what would end it or start a tag written as an entity. */
function quote(...lines: readonly string[]): string {
  const clean = lines
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;'));
  return `"${clean.join('<br/>')}"`;
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
