import type { ParcelStatus } from './parcel-carrier.ts';

/** An event of the carrier's, as far as the shop uses it. */
export interface ParcelEvent {
  readonly parcelId: string;
  readonly status: ParcelStatus;
  /** When it happened; ISO 8601. */
  readonly happenedAt: string;
  /** Of a delivered parcel: when it was handed over. */
  readonly deliveredAt?: string;
  /** Of a parcel that cannot be delivered; the carrier may add reasons. */
  readonly reason?: string;
}

const STATUS_OF_TYPE: Readonly<Record<string, ParcelStatus>> = {
  'parcel.created': 'created',
  'parcel.in_transit': 'in_transit',
  'parcel.delivered': 'delivered',
  'parcel.exception': 'exception',
};

/** Thrown when a known event lacks what the shop needs of it. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/** Reads the events `parcels` 2.0.0. Undefined for a type that this client does not know: the carrier may add some. */
export function readParcelEvent(payload: unknown): ParcelEvent | undefined {
  const event = membersOf(payload, 'the event');
  const status = STATUS_OF_TYPE[text(event, 'type')];
  if (status === undefined) return undefined;
  const data = membersOf(event['data'], 'data');
  return {
    parcelId: text(data, 'parcelId'),
    status,
    happenedAt: dateTime(event, 'timestamp'),
    ...(status === 'delivered' && { deliveredAt: dateTime(data, 'deliveredAt') }),
    ...(status === 'exception' && { reason: text(data, 'reason') }),
  };
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown, what: string): Members {
  if (typeof value !== 'object' || value === null) throw new UnreadableEventError(`${what} is no object`);
  return { ...value };
}

function text(members: Members, name: string): string {
  const value = members[name];
  if (typeof value !== 'string' || value === '') throw new UnreadableEventError(`${name} is no text`);
  return value;
}

function dateTime(members: Members, name: string): string {
  const value = text(members, name);
  if (Number.isNaN(Date.parse(value))) throw new UnreadableEventError(`${name} is no date-time`);
  return value;
}
