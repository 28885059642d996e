import type { Carrier } from './carrier.ts';
import { memberOf } from './operation.ts';
import type { Parcel } from './parcel.ts';
import { Problem } from './problem.ts';
import { SEED_PARCELS } from './seed-parcels.ts';

/** Values that Pact puts into the request where its interaction asks for them. */
type Values = Readonly<Record<string, unknown>>;

interface ProviderState {
  /** What the state is called in a pact; `ID` stands for a parcel's id. */
  readonly name: string;
  readonly pattern: RegExp;
  setUp(carrier: Carrier, match: RegExpExecArray, params: unknown): Values;
  tearDown?(carrier: Carrier): void;
}

/** Each starts from freshly reset data. */
const PROVIDER_STATES: readonly ProviderState[] = [
  {
    name: 'a delivered parcel exists',
    pattern: /^a delivered parcel exists$/,
    setUp: () => ({ parcelId: 'PCL-0000CCCC' }),
  },
  {
    name: 'a parcel ID exists',
    pattern: /^a parcel (PCL-[0-9A-Z]{8}) exists$/,
    setUp: (carrier, match) => addParcel(carrier, match[1] ?? ''),
  },
  {
    name: 'a parcel in transit exists',
    pattern: /^a parcel in transit exists$/,
    setUp: () => ({ parcelId: 'PCL-0000BBBB' }),
  },
  {
    name: 'no parcel ID exists',
    pattern: /^no parcel (PCL-[0-9A-Z]{8}) exists$/,
    setUp: (carrier, match) => removeParcel(carrier, match[1] ?? ''),
  },
  {
    name: 'no parcels exist',
    pattern: /^no parcels exist$/,
    setUp: (carrier) => removeAll(carrier),
  },
  {
    name: 'parcels exist',
    pattern: /^parcels exist$/,
    setUp: () => ({}),
  },
  {
    name: 'the service is out of order',
    pattern: /^the service is out of order$/,
    setUp: (carrier, _match, params) => breakDown(carrier, params),
    tearDown: (carrier) => carrier.resetData(),
  },
];

/**
 * Does what Pact's verifier asks for before and after an interaction; no state at all is freshly reset data.
 *
 * @throws Problem 404 for a state that nobody has written yet
 */
export function changeState(carrier: Carrier, name: string, action: string, params: unknown): Values {
  const state = PROVIDER_STATES.find(({ pattern }) => pattern.test(name));
  const match = state?.pattern.exec(name);
  if (name !== '' && (!state || !match)) throw unknownState(name);
  if (action === 'teardown') {
    state?.tearDown?.(carrier);
    return {};
  }
  carrier.resetData();
  return state && match ? state.setUp(carrier, match, params) : {};
}

function addParcel(carrier: Carrier, id: string): Values {
  const seed: Parcel | undefined = SEED_PARCELS[0];
  if (seed && !carrier.store.find(id)) carrier.store.put({ ...seed, id });
  return { parcelId: id };
}

function removeParcel(carrier: Carrier, id: string): Values {
  carrier.store.remove(id);
  return { parcelId: id };
}

function removeAll(carrier: Carrier): Values {
  for (const { id } of SEED_PARCELS) carrier.store.remove(id);
  return {};
}

function breakDown(carrier: Carrier, params: unknown): Values {
  const seconds = memberOf(params, 'retryAfterSeconds');
  carrier.breakDown(typeof seconds === 'number' && Number.isInteger(seconds) && seconds > 0 ? seconds : 1);
  return {};
}

function unknownState(name: string): Problem {
  const known = PROVIDER_STATES.map((state) => `"${state.name}"`).join(', ');
  return new Problem(
    404,
    'state-unknown',
    'Provider state unknown',
    `There is no provider state "${name}". Known are ${known}.`,
  );
}
