import { Buffer } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { jsonAnswer, type Answer } from './answer.ts';
import type { Carrier } from './carrier.ts';
import { eventOf, HAPPENINGS, isHappening, type Event, type Happening } from './events.ts';
import { memberOf, write } from './operation.ts';
import { invalidBody, notFound, Problem } from './problem.ts';
import { changeState } from './provider-states.ts';

/** What tests need and partners must never have: serves `/_tally/*`. */
export function serveHarness(app: FastifyInstance, carrier: Carrier): void {
  const endpoints: Readonly<Record<string, (body: unknown) => Answer | Promise<Answer>>> = {
    advance: (body) => advance(carrier, body),
    'files/manifest': () => writeManifest(carrier),
    messages: (body) => produceMessage(carrier, body),
    reset: () => reset(carrier),
    states: (body) => setState(carrier, body),
    webhooks: (body) => jsonAnswer(201, { url: carrier.webhooks.subscribe(memberOf(body, 'url')) }),
  };
  for (const [path, answer] of Object.entries(endpoints)) {
    app.post(`/_tally/${path}`, async (request, reply) => write(reply, await answer(request.body)));
  }
}

/** Freshly seeded data, and no webhook endpoints. Tokens stay good. */
function reset(carrier: Carrier): Answer {
  carrier.resetData();
  carrier.webhooks.reset();
  return { status: 204, headers: {} };
}

function setState(carrier: Carrier, body: unknown): Answer {
  const state = memberOf(body, 'state') ?? '';
  const action = memberOf(body, 'action') ?? 'setup';
  if (typeof state !== 'string') throw invalidBody(422, [{ pointer: '/state', detail: 'must be string' }]);
  if (action !== 'setup' && action !== 'teardown')
    throw invalidBody(422, [{ pointer: '/action', detail: 'must be setup or teardown' }]);
  return jsonAnswer(200, changeState(carrier, state, action, memberOf(body, 'params')));
}

/** Moves a parcel on, as a depot's or courier's scan does: to the status asked for, else to the next one. */
function advance(carrier: Carrier, body: unknown): Answer {
  const id = memberOf(body, 'parcelId');
  const parcel = typeof id === 'string' ? carrier.store.find(id) : undefined;
  if (!parcel) throw notFound(String(id));
  const next = memberOf(body, 'status') ?? (parcel.status === 'created' ? 'in_transit' : 'delivered');
  const final = parcel.status === 'delivered' || parcel.status === 'cancelled';
  if (final)
    throw new Problem(409, 'not-advanceable', 'Not advanceable', `${parcel.id} is ${parcel.status}, which is final.`);
  if (typeof next !== 'string' || !isHappening(next) || next === 'created') {
    throw invalidBody(422, [{ pointer: '/status', detail: 'must be in_transit, delivered or exception' }]);
  }
  const moved = carrier.store.move(parcel, next);
  carrier.webhooks.emit(eventOf(moved, next));
  return jsonAnswer(200, { parcelId: moved.id, status: moved.status });
}

async function writeManifest(carrier: Carrier): Promise<Answer> {
  const { name, content } = await carrier.manifests.write(carrier.store.all());
  return {
    status: 200,
    headers: { 'content-disposition': `attachment; filename="${name}"` },
    mediaType: 'text/csv; charset=utf-8',
    body: content,
  };
}

/** Produces the message that a pact describes, with its metadata where Pact's verifier looks for it. */
function produceMessage(carrier: Carrier, body: unknown): Answer {
  const description = memberOf(body, 'description');
  if (typeof description !== 'string') throw invalidBody(422, [{ pointer: '/description', detail: 'must be string' }]);
  const states = memberOf(body, 'providerStates');
  for (const state of Array.isArray(states) ? states : []) {
    const name = memberOf(state, 'name');
    if (typeof name === 'string') changeState(carrier, name, 'setup', memberOf(state, 'params'));
  }
  const event = messageFor(carrier, `${description} ${JSON.stringify(states ?? [])}`, happeningIn(description));
  const metadata = Buffer.from(JSON.stringify({ contentType: 'application/json' })).toString('base64');
  return jsonAnswer(200, carrier.settings.defect?.event?.(event) ?? event, { 'pact-message-metadata': metadata });
}

/** `a parcel delivered event`, `parcel.in_transit`, `parcelInTransit`: the words are what counts. */
function happeningIn(description: string): Happening {
  const words = description.toLowerCase().replaceAll(/[^a-z]/g, '');
  const found = HAPPENINGS.find((happening) => words.includes(happening.replace('_', '')));
  if (found) return found;
  const known = HAPPENINGS.map((happening) => `parcel.${happening}`).join(', ');
  throw new Problem(
    404,
    'message-unknown',
    'Message unknown',
    `"${description}" names no message of ours. Known are ${known}.`,
  );
}

/** About the parcel that the pact names, else about one that has come that far. */
function messageFor(carrier: Carrier, text: string, happening: Happening): Event {
  const usual: Readonly<Record<Happening, string>> = {
    created: 'PCL-0000AAAA',
    in_transit: 'PCL-0000BBBB',
    delivered: 'PCL-0000CCCC',
    exception: 'PCL-0000BBBB',
  };
  const id = /PCL-[0-9A-Z]{8}/.exec(text)?.[0] ?? usual[happening];
  const parcel = carrier.store.find(id);
  if (!parcel) throw notFound(id);
  return eventOf(parcel, happening);
}
