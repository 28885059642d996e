import { Buffer } from 'node:buffer';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

/** Opaque to clients: the place after a parcel. */
export function cursorAfter(parcelId: string): string {
  return Buffer.from(`after:${parcelId}`).toString('base64url');
}

/** The parcel that the page before ended with. @throws Problem 400 when the cursor is no cursor, or its parcel is gone */
export function parcelBefore(cursor: string, store: Store): string {
  const parcelId = /^after:(PCL-[0-9A-Z]{8})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (parcelId !== undefined && cursorAfter(parcelId) === cursor && store.find(parcelId)) return parcelId;
  throw new Problem(
    400,
    'invalid-cursor',
    'Invalid cursor',
    'The cursor is unknown or stale. Start again without one.',
    {
      errors: [{ parameter: 'cursor', detail: 'is unknown or stale' }],
    },
  );
}
