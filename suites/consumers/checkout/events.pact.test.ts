import { expect, test } from '@jest/globals';
import { pact } from './pact-world.ts';
import { readParcelEvent } from './parcel-event.ts';

const { regex, string } = pact.matchers;
const HAPPENED_AT = '2026-03-04T13:05:00Z';
/** Where the parcel must have come that far. */
const STATES: Readonly<Record<string, string>> = {
  in_transit: 'a parcel in transit exists',
  delivered: 'a delivered parcel exists',
};
const when = (example: string) => regex(String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`, example);

/** An event as far as the shop reads it, through its own reader. */
function expectEvent(
  type: string,
  parcelId: string,
  data: Readonly<Record<string, unknown>>,
  read: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const status = type.replace('parcel.', '');
  return pact
    .addAsynchronousInteraction()
    .given(STATES[status] ?? `a parcel ${parcelId} exists`)
    .expectsToReceive(`a ${type} event`, (message) =>
      message
        .withJSONContent({ type, timestamp: when(HAPPENED_AT), data: { parcelId, ...data } })
        .withMetadata({ contentType: 'application/json' }),
    )
    .executeTest(async (message) => {
      const event = readParcelEvent(message.contents.content);
      expect(event).toEqual({ parcelId, status, happenedAt: HAPPENED_AT, ...read });
    });
}

test('learns that a parcel was created', () => expectEvent('parcel.created', 'PCL-0000AAAA', {}, {}));

test('learns that a parcel is on its way', () => expectEvent('parcel.in_transit', 'PCL-0000BBBB', {}, {}));

test('learns that a parcel was delivered', () =>
  expectEvent(
    'parcel.delivered',
    'PCL-0000CCCC',
    { deliveredAt: when('2026-03-04T13:01:00Z') },
    { deliveredAt: '2026-03-04T13:01:00Z' },
  ));

test('learns why a parcel is held up', () =>
  expectEvent(
    'parcel.exception',
    'PCL-0000BBBB',
    { reason: string('address_unknown') },
    { reason: 'address_unknown' },
  ));
