import type { Service } from './parcel.ts';

/** A price in cents, so that sums are exact, and the working days to the door. */
export interface Price {
  readonly cents: number;
  readonly deliveryDays: number;
}

interface Zone {
  readonly baseCents: number;
  readonly perStartedKgCents: number;
  readonly deliveryDays: number;
}

const DOMESTIC: Zone = { baseCents: 420, perStartedKgCents: 80, deliveryDays: 2 };
const EUROPE: Zone = { baseCents: 780, perStartedKgCents: 80, deliveryDays: 4 };
const WORLD: Zone = { baseCents: 1850, perStartedKgCents: 400, deliveryDays: 8 };
const EUROPEAN = new Set(['AT', 'BE', 'CZ', 'DE', 'DK', 'ES', 'FI', 'FR', 'IE', 'IT', 'LU', 'NL', 'PL', 'PT', 'SE']);

export function priceOf(from: string, to: string, weightGrams: number, service: Service): Price {
  const zone = zoneOf(from, to);
  const standardCents = zone.baseCents + zone.perStartedKgCents * Math.ceil(weightGrams / 1000);
  if (service === 'standard') return { cents: standardCents, deliveryDays: zone.deliveryDays };
  // Every standard price is even, so that half as much again is whole cents.
  return { cents: (standardCents * 3) / 2, deliveryDays: Math.ceil(zone.deliveryDays / 2) };
}

/** `940` is `9.40`. */
export function formatCents(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

function zoneOf(from: string, to: string): Zone {
  if (from === to) return DOMESTIC;
  return EUROPEAN.has(from) && EUROPEAN.has(to) ? EUROPE : WORLD;
}
