import type { Address, Parcel } from './parcel.ts';

/** Who sends everything that has no sender of its own. */
export const PARTNER_ADDRESS: Address = {
  name: 'Nordwind Books',
  street: 'Speicherstrasse 4',
  city: 'Hamburg',
  postcode: '20457',
  country: 'DE',
};

/** The parcels that a freshly reset provider has: the ones that the contract's examples name. */
export const SEED_PARCELS: readonly Parcel[] = [
  {
    id: 'PCL-0000AAAA',
    status: 'created',
    recipient: { name: 'Ada Lindqvist', street: 'Storgatan 12', city: 'Stockholm', postcode: '111 23', country: 'SE' },
    sender: PARTNER_ADDRESS,
    weightGrams: 1250,
    service: 'standard',
    reference: 'order-1001',
    createdAt: '2026-03-02T07:30:00Z',
    updatedAt: '2026-03-02T07:30:00Z',
    revision: 1,
  },
  {
    id: 'PCL-0000BBBB',
    status: 'in_transit',
    recipient: { name: 'Bruno Okafor', street: '14 Rue des Lilas', city: 'Lyon', postcode: '69003', country: 'FR' },
    sender: PARTNER_ADDRESS,
    weightGrams: 480,
    service: 'express',
    reference: 'order-1002',
    createdAt: '2026-03-02T07:40:00Z',
    updatedAt: '2026-03-03T05:20:00Z',
    revision: 2,
  },
  {
    id: 'PCL-0000CCCC',
    status: 'delivered',
    recipient: { name: 'Chidi Varga', street: 'Hauptplatz 3', city: 'Graz', postcode: '8010', country: 'AT' },
    sender: PARTNER_ADDRESS,
    weightGrams: 9200,
    service: 'standard',
    reference: null,
    createdAt: '2026-03-02T07:45:00Z',
    updatedAt: '2026-03-04T13:05:00Z',
    revision: 3,
  },
  {
    id: 'PCL-0000DDDD',
    status: 'created',
    recipient: { name: 'Dora Nilsen', street: 'Lindenweg 8', city: 'Koeln', postcode: '50667', country: 'DE' },
    sender: PARTNER_ADDRESS,
    weightGrams: 300,
    service: 'standard',
    reference: 'order-1004',
    createdAt: '2026-03-02T07:50:00Z',
    updatedAt: '2026-03-02T07:50:00Z',
    revision: 1,
  },
  {
    id: 'PCL-0000EEEE',
    status: 'created',
    recipient: { name: 'Emil Haddad', street: 'Kerkstraat 27', city: 'Utrecht', postcode: '3511 AB', country: 'NL' },
    sender: PARTNER_ADDRESS,
    weightGrams: 640,
    service: 'standard',
    reference: 'order-1005',
    createdAt: '2026-03-02T07:55:00Z',
    updatedAt: '2026-03-02T07:55:00Z',
    revision: 1,
  },
];
