import { describe, expect, test } from '@jest/globals';
import type { Contract, Interaction } from '../contracts/index.ts';
import { integrationDiagram } from './integration-diagram.ts';

const where = { source: 'x', pointer: '', line: 1, column: 1 };
const contract = (kind: Contract['kind'], version: string, parts: Partial<Contract> = {}): Contract => ({
  kind,
  name: 'parcels',
  version,
  title: 'Parcels',
  source: 'x',
  digest: 'sha256:0',
  specification: '3.1.0',
  operations: [],
  messages: [],
  interactions: [],
  files: [],
  securitySchemes: {},
  document: {},
  ...parts,
});
const interaction = (type: Interaction['type']): Interaction => ({
  description: 'a request',
  type,
  providerStates: [],
  consumer: 'check"out',
  provider: 'parcels',
  pointer: '',
  where,
});
const message = {
  id: 'parcelCreated',
  channel: 'events',
  action: 'send',
  contentType: 'application/json',
  payload: true,
  headers: true,
  examples: [],
  pointer: '',
  where,
} as const;

describe('the picture of an integration', () => {
  test('draws the newest API for its consumers, events with their trigger, and files', () => {
    const page = integrationDiagram('carrier', [
      contract('asyncapi', '2.0.0', {
        messages: [{ ...message, trigger: { operationId: 'createParcel', status: '201' } }],
      }),
      contract('file', '1.0.0', {
        name: 'manifest',
        files: [{ id: 'm', format: 'csv', description: {}, examples: [], pointer: '', where }],
      }),
      contract('openapi', '1.4.0'),
      contract('openapi', '2.0.0'),
      contract('pact', '0.0.0', { interactions: [interaction('http'), interaction('http'), interaction('message')] }),
    ]);
    expect(page.split('\n').slice(4)).toEqual([
      '```mermaid',
      'flowchart LR',
      '  consumer_check_out(["check#quot;out"])',
      '  partners([partners])',
      '  subgraph organisation ["carrier"]',
      '    openapi_parcels_1_4_0["API parcels 1.4.0<br/>0 operations"]',
      '    openapi_parcels_2_0_0["API parcels 2.0.0<br/>0 operations"]',
      '    asyncapi_parcels_2_0_0{{"events parcels 2.0.0<br/>1 message"}}',
      '    file_manifest_1_0_0[/"file manifest 1.0.0<br/>csv"/]',
      '  end',
      '  consumer_check_out -- "2 interactions" --> openapi_parcels_2_0_0',
      '  asyncapi_parcels_2_0_0 -. "1 message interaction" .-> consumer_check_out',
      '  file_manifest_1_0_0 ==> partners',
      '  openapi_parcels_2_0_0 -. "parcelCreated<br/>after createParcel 201" .-> asyncapi_parcels_2_0_0',
      '```',
      '',
    ]);
  });

  test('leaves out the arrows for which no contract speaks', () => {
    expect(integrationDiagram('carrier', [contract('asyncapi', '1.0.0', { messages: [message] })])).not.toMatch(
      /->|-\./,
    );
  });
});
