import type { ParcelEvent } from './parcel-event.ts';

/** What the shop knows of its parcels from the carrier's events, without asking. */
export interface ParcelProjection {
  apply(event: ParcelEvent): void;
  get(parcelId: string): ParcelEvent | undefined;
}

/** Events come twice and out of order: the newest one of a parcel wins, whenever it comes. */
export function createParcelProjection(): ParcelProjection {
  const newest = new Map<string, ParcelEvent>();
  return {
    apply: (event) => {
      const known = newest.get(event.parcelId);
      const isOlder = known !== undefined && Date.parse(event.happenedAt) < Date.parse(known.happenedAt);
      if (!isOlder) newest.set(event.parcelId, event);
    },
    get: (parcelId) => newest.get(parcelId),
  };
}
