import type { ParcelOrder, Shipment } from './parcel-carrier.ts';

/** What the shop sends in its tests: the contract's own example. */
export const ORDER: ParcelOrder = {
  recipient: { name: 'Ada Lindqvist', street: 'Storgatan 12', city: 'Stockholm', postcode: '111 23', country: 'SE' },
  sender: {
    name: 'Nordwind Books',
    street: 'Speicherstrasse 4',
    city: 'Hamburg',
    postcode: '20457',
    country: 'DE',
  },
  weightGrams: 1250,
  service: 'standard',
  reference: 'order-1001',
};

export const SHIPMENT: Shipment = { fromCountry: 'DE', toCountry: 'SE', weightGrams: 1250, service: 'standard' };

/** What the carrier answers with. */
export const PARCEL = {
  id: 'PCL-0000AAAA',
  status: 'created',
  recipient: ORDER.recipient,
  sender: ORDER.sender,
  weightGrams: 1250,
  service: 'standard',
  reference: 'order-1001',
  createdAt: '2026-03-02T07:30:00Z',
  updatedAt: '2026-03-02T07:30:00Z',
};

/** The same parcel as the shop knows it. */
export const TRACKED = {
  id: 'PCL-0000AAAA',
  status: 'created',
  recipient: { name: 'Ada Lindqvist', city: 'Stockholm', country: 'SE' },
  weightGrams: 1250,
  service: 'standard',
  reference: 'order-1001',
  updatedAt: '2026-03-02T07:30:00Z',
  revision: '"r1"',
} as const;

export const QUOTE = {
  service: 'standard',
  price: { amount: '9.40', currency: 'EUR' },
  deliveryDays: 4,
  validUntil: '2026-03-09T08:00:00Z',
};
