import type { Parcel } from './parcel.ts';

/** What a webhook carries. */
export interface Event {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What happens to a parcel that partners are told about. */
export const HAPPENINGS = ['created', 'in_transit', 'delivered', 'exception'] as const;
export type Happening = (typeof HAPPENINGS)[number];

export function isHappening(status: string): status is Happening {
  return HAPPENINGS.some((happening) => happening === status);
}

/** The event that tells that the parcel became what `happening` says. */
export function eventOf(parcel: Parcel, happening: Happening): Event {
  const data = { parcelId: parcel.id, status: happening, reference: parcel.reference, ...DETAILS[happening](parcel) };
  return { type: `parcel.${happening}`, timestamp: parcel.updatedAt, data };
}

/** What each kind of event tells besides. */
const DETAILS: Readonly<Record<Happening, (parcel: Parcel) => Readonly<Record<string, unknown>>>> = {
  created: ({ weightGrams, service }) => ({ weightGrams, service }),
  in_transit: () => ({ depot: 'HAM-2' }),
  delivered: ({ updatedAt }) => ({ deliveredAt: updatedAt }),
  exception: () => ({ reason: 'address_unknown' }),
};
