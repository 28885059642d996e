/**
 * What the shop needs of a carrier, in the shop's words. The rest of the program knows this interface and no HTTP; a
 * second carrier is a second implementation. Every method rejects with a `CarrierError`.
 */
export interface ParcelCarrier {
  /** Hands a parcel over. `bookingKey` is a UUID; the same one never books twice, also after a restart. */
  book(order: ParcelOrder, bookingKey?: string): Promise<TrackedParcel>;
  /** Where a parcel is. With the copy at hand, nothing is transferred when that is still right. */
  track(id: string, known?: TrackedParcel): Promise<TrackedParcel>;
  /** All parcels, oldest first, fetched a page at a time as they are read. */
  list(filter?: { readonly status?: ParcelStatus }): AsyncGenerator<Parcel, void, undefined>;
  /** Changes the copy that was read: kind `changed-elsewhere` when somebody else was faster. */
  change(parcel: Pick<TrackedParcel, 'id' | 'revision'>, change: ParcelChange): Promise<TrackedParcel>;
  cancel(id: string): Promise<void>;
  /** A PDF. */
  label(id: string): Promise<Uint8Array>;
  /** A price; while the carrier cannot be reached one from the tariff table, marked `estimated`. */
  quote(shipment: Shipment): Promise<Quote>;
}

/** `unknown` is a status that the carrier has and this client does not know yet. */
export type ParcelStatus = 'created' | 'in_transit' | 'delivered' | 'exception' | 'cancelled';
export type Service = 'standard' | 'express';

export interface Address {
  readonly name: string;
  readonly street: string;
  readonly city: string;
  readonly postcode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface ParcelOrder {
  readonly recipient: Address;
  readonly sender: Address;
  readonly weightGrams: number;
  readonly service: Service;
  readonly reference?: string | null;
}

export interface ParcelChange {
  readonly recipient?: Address;
  readonly service?: Service;
  readonly reference?: string | null;
}

/** A parcel as far as the shop uses it; the carrier tells more. */
export interface Parcel {
  readonly id: string;
  readonly status: ParcelStatus | 'unknown';
  readonly recipient: Pick<Address, 'name' | 'city' | 'country'>;
  readonly weightGrams: number;
  readonly service: Service | 'unknown';
  readonly reference: string | null;
  /** ISO 8601. */
  readonly updatedAt: string;
}

export interface TrackedParcel extends Parcel {
  /** Names this state of the parcel, opaque. */
  readonly revision: string;
}

export interface Shipment {
  readonly fromCountry: string;
  readonly toCountry: string;
  readonly weightGrams: number;
  readonly service: Service;
}

export interface Quote {
  /** EUR with two decimals, as text so that nobody rounds it. */
  readonly priceEur: string;
  readonly deliveryDays: number;
  /** From our own tariff table, because the carrier gave no answer. */
  readonly estimated: boolean;
}
