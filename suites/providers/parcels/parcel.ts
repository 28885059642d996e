/** The carrier's own words. Both API versions are views of these. */
export interface Address {
  readonly name: string;
  readonly street: string;
  readonly city: string;
  readonly postcode: string;
  readonly country: string;
}

export const STATUSES = ['created', 'in_transit', 'delivered', 'exception', 'cancelled'] as const;
export type Status = (typeof STATUSES)[number];

export type Service = 'standard' | 'express';

export interface ParcelDraft {
  readonly recipient: Address;
  readonly sender: Address;
  readonly weightGrams: number;
  readonly service: Service;
  readonly reference: string | null;
}

export type ParcelChange = Partial<Pick<ParcelDraft, 'recipient' | 'service' | 'reference'>>;

export interface Parcel extends ParcelDraft {
  readonly id: string;
  readonly status: Status;
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Counts the changes, from 1. */
  readonly revision: number;
  /** The change that led to this revision, so that a repeat of it is recognised. */
  readonly lastChange?: string;
  /** The recipient's address in one line as 1.4.0 was given it. */
  readonly recipientLine?: string;
}

/** Strong: every change makes another one (RFC 9110 §8.8.3). */
export function entityTag(revision: number): string {
  return `"r${revision}"`;
}

export function isStatus(text: string): text is Status {
  return STATUSES.some((status) => status === text);
}
