import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { TallyError, type TallyErrorData } from './error.ts';
import { isObject, type Json } from './json.ts';
import { defaultConfig, parseConfig } from './read-config.ts';

async function errorOf(text: string): Promise<TallyErrorData> {
  try {
    await parseConfig(text, 'tally.yaml');
  } catch (error) {
    if (error instanceof TallyError) return error.toJSON();
    throw error;
  }
  throw new Error('it was accepted');
}

const HEAD = 'version: 1\nname: carrier\n';

describe('a configuration that is right', () => {
  test('needs two lines', async () => {
    expect(await parseConfig(HEAD, 'tally.yaml')).toEqual(defaultConfig('carrier'));
    expect(defaultConfig('carrier')).toEqual({
      name: 'carrier',
      providers: {},
      credentials: {},
      consumers: {},
      mock: { host: '127.0.0.1', port: 4010 },
      gates: { failOn: 'error' },
      load: { enabled: true },
    });
  });

  test('may leave the value of a section out', async () => {
    expect(await parseConfig(`${HEAD}providers:\ncredentials:\nmock:\n`, 'tally.yaml')).toEqual(
      defaultConfig('carrier'),
    );
  });

  test('gets its defaults', async () => {
    const config = await parseConfig(
      await readFile(new URL('fixtures/tally-full.yaml', import.meta.url), 'utf8'),
      'tally.yaml',
    );
    expect(config).toEqual({
      name: 'parcel-carrier',
      providers: {
        parcels: {
          start: { command: 'node main.js', readyPath: '/health', timeoutMs: 30_000, env: { TALLY_HARNESS: '1' } },
          versions: { '1.4.0': '/v1', '2.0.0': '/v2' },
          credential: 'checkout',
          statesPath: '/_tally/states',
          messagesPath: '/_tally/messages',
          webhooks: {
            events: 'parcels',
            subscribePath: '/_tally/webhooks',
            credential: 'webhook-signing',
            triggerOperationId: 'createParcel',
          },
          files: [{ file: 'manifest', path: '/_tally/files/manifest' }],
        },
        rates: { url: 'https://rates.example/api', versions: {}, files: [] },
      },
      credentials: {
        checkout: {
          type: 'oauth2',
          tokenPath: '/oauth/token',
          clientId: 'checkout',
          value: { from: 'env:PARCELS_CLIENT_SECRET', otherwise: 'generate' },
          scopes: ['parcels:read'],
        },
        'api-key': { type: 'apiKey', header: 'X-Api-Key', value: { from: 'file:secrets/key' } },
        person: { type: 'basic', username: 'me', value: { from: 'command:vault read me' } },
        machine: {
          type: 'oauth2',
          tokenUrl: 'https://login.example/token',
          clientId: 'machine',
          value: { from: 'env:MACHINE' },
          scopes: [],
        },
        'webhook-signing': { type: 'webhook', value: { from: 'env:PARCELS_WEBHOOK_SECRET' } },
      },
      consumers: {},
      mock: { host: '127.0.0.1', port: 0 },
      gates: { failOn: 'warning' },
      load: { enabled: false },
    });
  });
});

describe('a configuration that is wrong', () => {
  test('that is no YAML is refused with the line, and without quoting it', async () => {
    expect(await errorOf('version: 1\nname: "open s3cr3t')).toEqual({
      code: 'CONFIG_UNREADABLE',
      where: 'tally.yaml:2:19',
      why: 'this is no YAML: missing closing "quote',
      fix: 'correct the file at this place',
      exitCode: 2,
    });
  });

  test.each([
    ['version: 1\n---\nname: a\n', 'tally.yaml:2:1', 'the file holds more than one YAML document'],
    ['version: 1\nname: a\nname: b\n', 'tally.yaml:3:1', 'this key stands twice in the same map'],
    ['version: 1\nname: *a\n', 'tally.yaml:2:7', 'the alias *a has no anchor &a before it'],
  ])('that is YAML of another kind is refused with the line: %j', async (text, where, why) => {
    expect(await errorOf(text)).toMatchObject({ code: 'CONFIG_UNREADABLE', where, why });
  });

  test('that is an alias bomb is refused', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`;
    expect((await errorOf(bomb)).code).toBe('CONFIG_UNREADABLE');
  });

  test.each(['', '- a list', 'text'])('that is no map is refused: %j', async (text) => {
    expect(await errorOf(text)).toMatchObject({
      code: 'CONFIG_INVALID',
      where: 'tally.yaml:1:1',
      why: 'the file holds no map',
      fix: 'begin with "version: 1" and "name: …"',
    });
  });

  const cases: readonly (readonly [name: string, text: string, where: string, why: string, fix: string])[] = [
    ['without a version', 'name: carrier\n', 'tally.yaml:1:1', 'tally.yaml needs "version"', 'add "version: …"'],
    ['of another version', 'version: 2\nname: carrier\n', 'tally.yaml:1:10', '"version" must be 1', 'write 1'],
    ['without a name', 'version: 1\n', 'tally.yaml:1:1', 'tally.yaml needs "name"', 'add "name: …"'],
    [
      'with an unknown key',
      `${HEAD}provider: {}\n`,
      'tally.yaml:3:1',
      'tally.yaml has no key "provider"',
      'did you mean "providers"?',
    ],
    [
      'with a severity for a code that nothing has',
      `${HEAD}gates:\n  severities:\n    response-status-added: info\n    response-property-remove: error\n`,
      'tally.yaml:6:5',
      'no change and no check has the code "response-property-remove"',
      'copy the code from the output of tally diff or tally check; rules of the linter are set in contracts/rulesets',
    ],
    [
      'with a severity for a code that nearly is one',
      `${HEAD}gates: { severities: { version-step-to-small: warning } }\n`,
      'tally.yaml:3:24',
      'no change and no check has the code "version-step-to-small"',
      'did you mean "version-step-too-small"?',
    ],
    [
      'with an unknown key further down',
      `${HEAD}gates:\n  fail-on: error\n`,
      'tally.yaml:4:3',
      '"gates" has no key "fail-on"',
      'did you mean "failOn"?',
    ],
    [
      'with an unknown word',
      `${HEAD}gates:\n  failOn: warnings\n`,
      'tally.yaml:4:11',
      '"failOn" must be one of error, warning, info',
      'did you mean "warning"?',
    ],
    [
      'with a text for a number',
      `${HEAD}mock:\n  port: "4010"\n`,
      'tally.yaml:4:9',
      '"port" must be a whole number',
      'it is: Port to listen on; 0 takes a free one',
    ],
    [
      'with a port that does not exist',
      `${HEAD}mock: { port: 70000 }\n`,
      'tally.yaml:3:15',
      '"port" must be <= 65535',
      'it is: Port to listen on; 0 takes a free one',
    ],
    [
      'with a webhook endpoint that is no address',
      `${HEAD}mock: { webhooks: { endpoints: [{ url: "file:///etc" }] } }\n`,
      'tally.yaml:3:40',
      '"url" must match pattern "^https?://"',
      'it is: Where events are sent; on this machine unless `allow` says more',
    ],
    [
      'with a signature scheme that nobody knows',
      `${HEAD}mock: { webhooks: { endpoints: [{ url: "http://a", scheme: strype }] } }\n`,
      'tally.yaml:3:60',
      '"scheme" must be one of github, http-message-signatures, standard-webhooks, stripe',
      'did you mean "stripe"?',
    ],
    [
      'with a provider that is nowhere',
      `${HEAD}providers:\n  parcels:\n    versions: {}\n`,
      'tally.yaml:4:3',
      'the provider "parcels" has neither "url" nor "start"',
      'give exactly one: "url" of a provider that runs already, or "start" with a command',
    ],
    [
      'with a provider in two places',
      `${HEAD}providers:\n  parcels: { url: "http://a", start: { command: b } }\n`,
      'tally.yaml:4:3',
      'the provider "parcels" has both "url" and "start"',
      'give exactly one: "url" of a provider that runs already, or "start" with a command',
    ],
    [
      'with a credential that is not there',
      `${HEAD}providers:\n  parcels: { url: "http://a", credential: chekout }\ncredentials:\n  checkout: { type: bearer, value: { from: env:X } }\n`,
      'tally.yaml:4:43',
      'there is no credential "chekout"',
      'did you mean "checkout"?',
    ],
    [
      'that authorises with a signing secret',
      `${HEAD}providers:\n  parcels: { url: "http://a", credential: w }\ncredentials:\n  w: { type: webhook, value: { from: env:X } }\n`,
      'tally.yaml:4:43',
      'the credential "w" only signs webhooks, it authorises no request',
      'name a credential of another type',
    ],
    [
      'with a token endpoint nowhere',
      `${HEAD}credentials:\n  c: { type: oauth2, clientId: x, value: { from: env:X } }\n`,
      'tally.yaml:4:3',
      'the credential "c" needs exactly one of "tokenUrl" and "tokenPath"',
      'give "tokenPath" for a token endpoint on the provider, "tokenUrl" for another host',
    ],
    [
      'with a key of another credential type',
      `${HEAD}credentials:\n  c: { type: bearer, header: X-Key, value: { from: env:X } }\n`,
      'tally.yaml:4:22',
      '"header" does not belong to a credential of this type',
      'take it out, or change "type"',
    ],
    [
      'with an API key without its header',
      `${HEAD}credentials:\n  c: { type: apiKey, value: { from: env:X } }\n`,
      'tally.yaml:4:3',
      '"c" needs "header"',
      'add "header: …"',
    ],
    [
      'with a credential type that does not exist',
      `${HEAD}credentials:\n  c: { type: oauth, value: { from: env:X } }\n`,
      'tally.yaml:4:14',
      '"type" must be one of apiKey, basic, bearer, oauth2, webhook',
      'did you mean "oauth2"?',
    ],
  ];

  test.each(cases)('%s says so with its place', async (_, text, where, why, fix) => {
    expect(await errorOf(text)).toEqual({ code: 'CONFIG_INVALID', where, why, fix, exitCode: 2 });
  });

  test.each([
    ['a text', 'value: s3cr3t-canary'],
    ['a number', 'value: 31337424242'],
    ['a reference without a prefix', 'value: { from: s3cr3t-canary }'],
    ['a reference with an unknown prefix', 'value: { from: "vault:s3cr3t-canary" }'],
    ['another key', 'value: { from: env:X, s3cr3t-canary: x }'],
    ['a list', 'value: [s3cr3t-canary]'],
    ['nothing but a wrong alternative', 'value: { from: env:X, otherwise: s3cr3t-canary }'],
  ])('that holds a secret as %s says so and does not print it', async (_, member) => {
    const error = await errorOf(`${HEAD}credentials:\n  checkout:\n    type: bearer\n    ${member}\n`);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', where: expect.stringMatching(/^tally\.yaml:6:/) });
    expect(JSON.stringify(error)).not.toMatch(/s3cr3t|31337424242/);
  });

  test.each([
    [
      'a variable of a process',
      'providers:\n  p: { start: { command: node a.js, env: { A: b, API_KEY: c4nary } } }',
      'tally.yaml:4:59',
      'API_KEY',
    ],
    [
      'part of a command',
      'providers:\n  p: { start: { command: "TOKEN=c4nary node a.js" } }',
      'tally.yaml:4:26',
      'command',
    ],
    [
      'the password of an address',
      'providers:\n  p: { url: "https://user:c4nary@host.example" }',
      'tally.yaml:4:13',
      'url',
    ],
    ['what looks like one', `name: Bearer c4nary00`, 'tally.yaml:2:7', 'name'],
  ])('that holds a secret as %s says so and does not print it', async (_, text, where, key) => {
    const error = await errorOf(text.startsWith('name') ? `version: 1\n${text}\n` : `${HEAD}${text}\n`);
    expect(error).toEqual({
      code: 'CONFIG_INVALID',
      where,
      why: `"${key}" seems to hold a secret; it must not stand in this file`,
      fix: 'keep it elsewhere and name it under "credentials:" ({ from: env:NAME }); a provider that is started gets it in that variable',
      exitCode: 2,
    });
  });

  test('leaves names and paths of secrets alone', async () => {
    const text = `${HEAD}providers:\n  p: { start: { command: node a.js, env: { TOKEN_URL: "http://a", TOKEN_TTL_S: "60", API_KEY: "" } } }\n`;
    expect((await parseConfig(text, 'tally.yaml')).providers['p']?.start?.env).toHaveProperty('TOKEN_URL');
  });

  test('tells a plain secret what to do instead', async () => {
    expect(await errorOf(`${HEAD}credentials:\n  checkout:\n    type: bearer\n    value: s3cr3t\n`)).toMatchObject({
      why: 'the credential "checkout" seems to hold the secret itself; it must not stand in this file',
      fix: 'name where it is kept: { from: env:NAME }, { from: file:path } or { from: "command:…" }, and change the secret if this file was shared',
    });
  });

  test('says everything that is wrong at once, in the order of the file', async () => {
    const error = await errorOf('version: 1\nnam: carrier\nmock:\n  port: x\nload: { enabled: 3 }\n');
    expect(error.where).toBe('tally.yaml:1:1');
    expect(error.why.split('\n').map((line) => line.trim())).toEqual([
      'tally.yaml needs "name"',
      'tally.yaml:2:1 tally.yaml has no key "nam"',
      'tally.yaml:4:9 "port" must be a whole number',
      'tally.yaml:5:18 "enabled" must be true or false',
    ]);
  });
});

describe('the published schema', () => {
  test('describes every property, so that an editor can complete and explain it', async () => {
    const schema: Json = JSON.parse(await readFile(new URL('schemas/tally.schema.json', import.meta.url), 'utf8'));
    expect(undescribed(schema, '')).toEqual([]);
  });
});

/** A reference is described where it leads. */
function undescribed(node: Json, at: string): readonly string[] {
  if (!isObject(node)) return [];
  const properties = isObject(node['properties']) && !at.includes('/allOf') ? Object.entries(node['properties']) : [];
  const here = properties
    .filter(([, schema]) => isObject(schema) && !('description' in schema) && !('$ref' in schema))
    .map(([name]) => `${at}/${name}`);
  return [...here, ...Object.entries(node).flatMap(([name, child]) => undescribed(child, `${at}/${name}`))];
}
