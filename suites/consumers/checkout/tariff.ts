import type { Quote, Shipment } from './parcel-carrier.ts';

/** What the carrier's price list said when it was last read: enough for an estimate while the carrier is away. */
const TARIFF = {
  /** EUR cents up to a weight. */
  steps: [
    { upToGrams: 2000, cents: 690 },
    { upToGrams: 10_000, cents: 1150 },
    { upToGrams: 31_500, cents: 2090 },
  ],
  abroadCents: 400,
  expressFactor: 1.8,
  days: { home: 3, abroad: 6 },
};

/** A price and a time that the customer is told as an estimate, rather on the high side. */
export function estimateQuote(shipment: Shipment): Quote {
  const isAbroad = shipment.fromCountry !== shipment.toCountry;
  const isExpress = shipment.service === 'express';
  const step = TARIFF.steps.find((each) => shipment.weightGrams <= each.upToGrams) ?? TARIFF.steps.at(-1);
  const cents = ((step?.cents ?? 0) + (isAbroad ? TARIFF.abroadCents : 0)) * (isExpress ? TARIFF.expressFactor : 1);
  const days = isAbroad ? TARIFF.days.abroad : TARIFF.days.home;
  return {
    priceEur: (Math.round(cents) / 100).toFixed(2),
    deliveryDays: isExpress ? Math.ceil(days / 2) : days,
    estimated: true,
  };
}
