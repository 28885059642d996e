import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith } from './fixtures/folder-with.ts';
import { TallyError, type TallyErrorData } from './error.ts';
import { loadDocument, type LoadedDocument } from './load-document.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function load(
  files: Readonly<Record<string, unknown>>,
  name = Object.keys(files)[0] ?? '',
): Promise<LoadedDocument> {
  const folder = await folderWith(files);
  folders.push(folder);
  return await loadDocument(name, folder);
}

async function errorOf(files: Readonly<Record<string, unknown>>): Promise<TallyErrorData> {
  const thrown: unknown = await load(files).catch((error: unknown) => error);
  if (thrown instanceof TallyError) return thrown.toJSON();
  throw new Error('no TallyError was thrown', { cause: thrown });
}

describe('documents of several files', () => {
  const files = {
    'apis/openapi.yaml': `
openapi: 3.1.0
paths:
  /a: { $ref: "paths/a.yaml" }
components:
  schemas:
    Own: { type: string }
`,
    'apis/paths/a.yaml': `
get:
  responses:
    "200": { content: { application/json: { schema: { $ref: "../../shared/parcel.json#/definitions/Parcel" } } } }
    "400": { content: { application/json: { schema: { $ref: "../openapi.yaml#/components/schemas/Own" } } } }
`,
    'shared/parcel.json': {
      definitions: {
        Parcel: {
          properties: { parent: { $ref: '#/definitions/Parcel' }, back: { $ref: '../apis/paths/a.yaml#/get' } },
        },
      },
    },
  };

  test('become one whose references are all local, circles included', async () => {
    const { document, findings, source } = await load(files);
    expect(findings).toEqual([]);
    expect(source).toBe('apis/openapi.yaml');
    expect(document['paths']).toEqual({ '/a': { $ref: '#/x-tally-files/paths~1a.yaml' } });
    expect(document['x-tally-files']).toEqual({
      'paths/a.yaml': {
        get: {
          responses: {
            200: {
              content: {
                'application/json': { schema: { $ref: '#/x-tally-files/..~1shared~1parcel.json/definitions/Parcel' } },
              },
            },
            400: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Own' } } } },
          },
        },
      },
      '../shared/parcel.json': {
        definitions: {
          Parcel: {
            properties: {
              parent: { $ref: '#/x-tally-files/..~1shared~1parcel.json/definitions/Parcel' },
              back: { $ref: '#/x-tally-files/paths~1a.yaml/get' },
            },
          },
        },
      },
    });
  });

  test('have a digest that changes with any of them', async () => {
    const { digest } = await load(files);
    expect(digest).toMatch(/^sha256:[\da-f]{64}$/);
    expect((await load(files)).digest).toBe(digest);
    expect((await load({ ...files, 'shared/parcel.json': { definitions: { Parcel: {} } } })).digest).not.toBe(digest);
  });
});

describe('references', () => {
  test('into nowhere are found on their line, with the near miss', async () => {
    const { findings } = await load({
      'a.yaml': `openapi: 3.0.3
paths:
  /a:
    get: { responses: { "400": { $ref: "#/components/responses/Eror" } } }
components:
  responses:
    Error: { description: no }
`,
    });
    expect(findings).toEqual([
      {
        code: 'ref-unresolved',
        severity: 'error',
        message: 'the reference #/components/responses/Eror leads nowhere',
        fix: 'did you mean #/components/responses/Error?',
        actual: '#/components/responses/Eror',
        where: { source: 'a.yaml', pointer: '/paths/~1a/get/responses/400/$ref', line: 4, column: 34 },
      },
    ]);
  });

  test('into a file that is not there, to another host and in a circle without content are found', async () => {
    const { findings } = await load({
      'a.json': {
        components: {
          schemas: {
            A: { $ref: './b.json' },
            B: { $ref: 'https://example.com/b.json' },
            C: { $ref: '#/components/schemas/C' },
          },
        },
      },
    });
    expect(findings.map(({ code, where }) => [code, where.line])).toEqual([
      ['ref-unresolved', 5],
      ['ref-remote', 8],
      ['ref-unresolved', 11],
    ]);
  });

  test('are left alone where they are names or data, even of a property called example', async () => {
    const data = { $ref: './nowhere.json' };
    const schema = {
      properties: { $ref: { type: 'string' }, example: { $ref: '#/components/schemas/Own' } },
      example: data,
      default: data,
      enum: [data],
      const: data,
    };
    const { findings, document } = await load({
      'a.json': {
        paths: {
          '/a': {
            get: {
              requestBody: {
                content: { 'application/json': { schema, example: data, examples: { one: { value: data } } } },
              },
            },
          },
        },
        components: { schemas: { Own: { examples: [data] } } },
        'x-anything': data,
      },
    });
    expect(findings).toEqual([]);
    expect(document['x-anything']).toEqual(data);
  });

  test('of a discriminator mapping and to $id and $anchor become pointers', async () => {
    const { findings, document } = await load(
      {
        'a.json': {
          openapi: '3.1.0',
          components: {
            schemas: {
              Pet: {
                oneOf: [{ $ref: 'https://example.com/cat' }, { $ref: '#dog' }],
                discriminator: { propertyName: 'kind', mapping: { cat: './cat.json', dog: 'Dog' } },
              },
              Cat: { $id: 'https://example.com/cat', type: 'object' },
              Dog: { $anchor: 'dog', type: 'object' },
            },
          },
        },
        'cat.json': { type: 'object' },
      },
      'a.json',
    );
    expect(findings).toEqual([]);
    expect(document).toMatchObject({
      components: {
        schemas: {
          Pet: {
            oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
            discriminator: { mapping: { dog: 'Dog' } },
          },
        },
      },
    });
  });
});

describe('documents that cannot be read', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`),
  ].join('\n');

  test.each([
    ['invalid.yaml', 'a:\n  b: x\n   c: y\n', 'invalid.yaml:2:6', /^this is no YAML: /],
    ['duplicate.yaml', 'paths:\n  /a: {}\n  /a: {}\n', 'duplicate.yaml:3:3', /^this key stands twice in the same map$/],
    [
      'duplicate.json',
      '{"a": {"b": [{"c": 1}, {"c": 2}],\n "\\u0062": "b: {"}}',
      'duplicate.json:2:2',
      /^this key stands twice in the same map$/,
    ],
    // What is JSON in a .yaml file, and a member that is dropped.
    ['json.yaml', '{"a": 1,\n"a": 1}', 'json.yaml:2:1', /^this key stands twice in the same map$/],
    ['proto.json', '{"__proto__": {},\n"__proto__": {}}', 'proto.json:2:1', /^this key stands twice in the same map$/],
    ['bomb.yaml', bomb, 'bomb.yaml:2:8', /alias bomb$/],
    ['alias.yaml', 'a: &a 1\nb: [*a, *c]\n', 'alias.yaml:2:9', /^the alias \*c has no anchor &c before it$/],
    [
      'truncated.json',
      '{"openapi": "3.0.0",\n "paths": {',
      'truncated.json:2:12',
      /^this is no JSON: .* the text ends here$/,
    ],
    ['empty.yaml', '', 'empty.yaml:1:1', /^the document is empty$/],
    ['empty.json', '', 'empty.json:1:1', /^the file is empty$/],
    ['null.yaml', 'null', 'null.yaml:1:1', /^the document is empty$/],
    ['list.yaml', '- a\n', 'list.yaml:1:1', /^the document is a list$/],
    ['two.yaml', 'a: 1\n---\nb: 1\n', 'two.yaml:2:1', /^the file holds more than one YAML document$/],
    [
      'deep.json',
      '{"a":'.repeat(1000) + '1' + '}'.repeat(1000),
      'deep.json:1:506',
      /^it is nested deeper than 100 levels$/,
    ],
    [
      'deeper.json',
      '['.repeat(200_000) + ']'.repeat(200_000),
      'deeper.json:1:102',
      /^it is nested deeper than 100 levels$/,
    ],
    ['deep.yaml', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`, 'deep.yaml:1:', /^it is nested deeper than 100 levels$/],
  ])('%s is refused with its line', async (name, text, where, why) => {
    const error = await errorOf({ [name]: text });
    expect(error).toMatchObject({ code: 'CONTRACT_UNREADABLE', exitCode: 2 });
    expect(error.where.startsWith(where)).toBe(true);
    expect(error.why).toMatch(why);
  });

  test('bytes that are no UTF-8 are refused with their line', async () => {
    const folder = await folderWith({});
    await writeFile(path.join(folder, 'latin.yaml'), Buffer.from('openapi: 3.0.3\ninfo: { title: Größe }\n', 'latin1'));
    await expect(loadDocument('latin.yaml', folder)).rejects.toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: 'latin.yaml:2:18',
      why: 'its bytes are no UTF-8: save it in this encoding',
    });
    await writeFile(path.join(folder, 'utf8.yaml'), 'title: Größe and \uFFFD\n');
    expect((await loadDocument('utf8.yaml', folder)).document).toEqual({ title: 'Größe and \uFFFD' });
    await rm(folder, { recursive: true });
  });

  test('a file that is referred to and cannot be read is named', async () => {
    const error = await errorOf({ 'a.yaml': 'a: { $ref: "./b.yaml" }', 'b.yaml': '{' });
    expect(error.where).toMatch(/^b\.yaml:1:/);
  });

  test('a file that is not there says so', async () => {
    const thrown: unknown = await loadDocument('missing.yaml', path.resolve('/')).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: 'missing.yaml',
      why: 'there is no such file or folder',
    });
  });
});

test('__proto__ never becomes a prototype', async () => {
  const { document } = await load({
    'a.json': '{"info": {"__proto__": {"polluted": 1}}, "__proto__": {"polluted": 1}}',
  });
  expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
  expect(document).toEqual({ info: {} });
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('YAML merge keys, numbers as keys and a byte order mark are understood', async () => {
  const { document } = await load({
    'a.yaml':
      '\uFEFFbase: &base { type: string }\nuse: { <<: *base, maxLength: 3 }\nresponses: { 200: { description: ok } }\n',
  });
  expect(document).toEqual({
    base: { type: 'string' },
    use: { type: 'string', maxLength: 3 },
    responses: { 200: { description: 'ok' } },
  });
});
