import fc from 'fast-check';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { schemaValidator, type Contract, type Json } from '../contracts/index.ts';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks } from './index.ts';
import { readTarget } from './request-target.ts';
import { successOf } from './resource-model.ts';
import type { SandboxAnswer } from './sandbox-problems.ts';
import { createSandboxStates } from './sandbox-states.ts';

/** What the plain model knows of a note. */
interface Note {
  readonly id: number;
  readonly text: string;
  readonly colour?: string | null;
  readonly pinned: boolean;
  readonly tags?: readonly string[];
  readonly etag_count: number;
}

type Step =
  | {
      readonly do: 'create' | 'put' | 'patch';
      readonly which: number;
      readonly body: Record<string, Json>;
      readonly isStale: boolean;
    }
  | { readonly do: 'get' | 'delete' | 'comment' | 'comments'; readonly which: number }
  | {
      readonly do: 'list';
      readonly page: number;
      readonly size: number;
      readonly colour?: string | undefined;
      readonly tag?: string | undefined;
    };

const COLOURS = ['red', 'green', 'blue'];
const TAGS = ['a', 'b', 'c'];

const text = fc.string({ maxLength: 20 });
const colour = fc.constantFrom(...COLOURS, null);
const draft = fc.record(
  { text, colour, pinned: fc.boolean(), tags: fc.subarray(TAGS), secret: text },
  { requiredKeys: ['text'] },
);
const change = fc.record({ text, colour, pinned: fc.boolean() }, { requiredKeys: [] });
const which = fc.nat(30);
const isStale = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), which, body: draft, isStale }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('put' as const), which, body: draft, isStale }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('patch' as const), which, body: change, isStale }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('get', 'get', 'delete', 'comment', 'comments'), which }) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        do: fc.constant('list' as const),
        page: fc.integer({ min: 1, max: 4 }),
        size: fc.integer({ min: 1, max: 6 }),
        colour: fc.constantFrom(...COLOURS),
        tag: fc.constantFrom(...TAGS),
      },
      { requiredKeys: ['do', 'page', 'size'] },
    ),
  },
);

let contract: Contract;

beforeAll(async () => {
  const { context } = await contextFor(['notes-3.1.yaml']);
  const [parsed] = context.workspace.contracts;
  if (parsed === undefined) throw new Error('no contract');
  contract = parsed.contract;
});

interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly etag?: string | undefined;
}

type Call = (method: string, target: string, body?: Json, headers?: Record<string, string>) => Promise<Answer> | Answer;

function inProcess(): Call {
  const states = createSandboxStates({
    randomSeed: '1',
    warn: (said) => expect(said).toBe('nothing'),
    now: () => 1_700_000_000_000,
  });
  const sandbox = states.open(contract, 'http://127.0.0.1:1');
  return (method, target, body, headers = {}) => {
    const url = readTarget(target);
    const path = url.path.replace(/^\/notes\/[^/]+/, '/notes/{noteId}');
    const input = { method: method as 'get', url, headers, body: body ?? null };
    const answer = sandbox.answer({ method, path, input, accept: undefined, violations: [] }) as SandboxAnswer;
    const etag = answer.headers[answer.headers.indexOf('ETag') + 1];
    validate(method, path, answer.status, answer.body);
    const said = answer.body === undefined ? null : (JSON.parse(answer.body) as Json);
    return { status: answer.status, body: said, ...(answer.headers.includes('ETag') ? { etag } : {}) };
  };
}

function validate(method: string, path: string, status: number, body: string | undefined): void {
  const operation = contract.operations.find((each) => each.method === method && each.path === path);
  const response = operation?.responses.find((each) => each.status === String(status));
  expect([method, path, status, response === undefined]).toEqual([method, path, status, false]);
  const pointer = response?.content[0]?.pointer;
  if (pointer !== undefined && body !== undefined)
    expect(schemaValidator(contract, pointer, 'response')(JSON.parse(body))).toEqual([]);
  if (operation !== undefined && status === 201) expect(successOf(operation)).toBeDefined();
}

function bare(body: Json): Json {
  const { updated_at: _, ...rest } = body as Record<string, Json>;
  return rest;
}

function seen(body: Record<string, Json>, id: number): Note {
  const { secret: _, ...rest } = body;
  return { pinned: false, etag_count: 0, ...rest, id } as unknown as Note;
}

/** Runs steps against a Map that does by hand what the contract describes. */
async function compare(call: Call, steps: readonly Step[]): Promise<void> {
  const notes = new Map<number, Note>();
  const comments = new Map<number, number>();
  const tags = new Map<number, string>();
  let nextId = 1;
  for (const each of steps) {
    const ids = [...notes.keys()];
    if (each.do === 'create') {
      const made = await call('post', '/notes', each.body);
      const id = (made.body as unknown as Note).id;
      expect([made.status, notes.has(id), id >= nextId]).toEqual([201, false, true]);
      nextId = id + 1;
      notes.set(id, seen(each.body, id));
      expect(bare(made.body)).toEqual(notes.get(id));
      continue;
    }
    if (each.do === 'list') {
      const query = `page=${each.page}&per_page=${each.size}${each.colour === undefined ? '' : `&colour=${each.colour}`}${each.tag === undefined ? '' : `&tags=${each.tag}`}`;
      const listed = await call('get', `/notes?${query}`);
      const found = [...notes.values()].filter(
        (note) =>
          (each.colour === undefined || note.colour === each.colour) &&
          (each.tag === undefined || note.tags?.includes(each.tag) === true),
      );
      const pages = Math.max(1, Math.ceil(found.length / each.size));
      const data = found.slice((each.page - 1) * each.size, each.page * each.size);
      const body = listed.body as { readonly data: readonly Json[]; readonly meta: Json };
      expect(body.data.map(bare)).toEqual(data);
      const next_page = each.page < pages ? each.page + 1 : null;
      expect(body.meta).toEqual({ total: found.length, page: each.page, total_pages: pages, next_page });
      continue;
    }
    const id = ids.length === 0 || each.which > 25 ? each.which + 1000 : (ids[each.which % ids.length] ?? 0);
    const note = notes.get(id);
    const at = `/notes/${id}`;
    if (each.do === 'get') {
      const got = await call('get', at);
      expect([got.status, note === undefined ? null : bare(got.body)]).toEqual([
        note === undefined ? 404 : 200,
        note ?? null,
      ]);
      if (note !== undefined) tags.set(id, got.etag ?? '');
    } else if (each.do === 'delete') {
      expect((await call('delete', at)).status).toBe(note === undefined ? 404 : 204);
      notes.delete(id);
      comments.delete(id);
    } else if (each.do === 'put') {
      const put = await call('put', at, each.body);
      notes.set(id, seen(each.body, id));
      nextId = Math.max(nextId, id >= 1000 ? nextId : id + 1);
      expect([put.status, bare(put.body)]).toEqual([note === undefined ? 201 : 200, notes.get(id)]);
      tags.delete(id);
    } else if (each.do === 'patch') {
      const tag = each.isStale ? '"r0"' : tags.get(id);
      const patched = await call('patch', at, each.body, tag === undefined ? {} : { 'if-match': tag });
      const status = note === undefined ? 404 : each.isStale ? 412 : 200;
      expect(patched.status).toBe(status);
      if (note !== undefined && status === 200) {
        notes.set(id, { ...note, ...each.body });
        expect(bare(patched.body)).toEqual(notes.get(id));
        tags.delete(id);
      }
    } else if (each.do === 'comment') {
      expect((await call('post', `${at}/comments`, { text: 'x' })).status).toBe(note === undefined ? 404 : 201);
      if (note !== undefined) comments.set(id, (comments.get(id) ?? 0) + 1);
    } else {
      const listed = await call('get', `${at}/comments`);
      expect(note === undefined ? listed.status : (listed.body as readonly Json[]).length).toBe(
        note === undefined ? 404 : (comments.get(id) ?? 0),
      );
    }
  }
}

describe('the sandbox against a plain model', () => {
  test('does not differ in 10,000 random steps', async () => {
    const steps = fc.array(step, { minLength: 100, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(steps, async (each) => await compare(inProcess(), each)),
      { numRuns: 100 },
    );
  });

  test('does not differ in some hundred steps over sockets', async () => {
    const { context } = await contextFor(['notes-3.1.yaml']);
    const server = await startMocks(context, {
      ...MOCK_DEFAULTS,
      port: 0,
      layout: 'root',
      state: {},
      verboseLevel: 'silent',
    });
    let consumer = 0;
    const overSockets = (): Call => {
      consumer += 1;
      const authorization = `Bearer ${consumer}`;
      return async (method, target, body, headers = {}) => {
        const sent = {
          authorization,
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        };
        const response = await fetch(server.url + target, {
          method: method.toUpperCase(),
          headers: sent,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const said = await response.text();
        const etag = response.headers.get('etag') ?? undefined;
        return {
          status: response.status,
          body: said === '' ? null : (JSON.parse(said) as Json),
          ...(etag === undefined ? {} : { etag }),
        };
      };
    };
    const steps = fc.array(step, { minLength: 40, maxLength: 40 });
    try {
      await fc.assert(
        fc.asyncProperty(steps, async (each) => await compare(overSockets(), each)),
        { numRuns: 8 },
      );
    } finally {
      await server.close();
    }
  });
});
