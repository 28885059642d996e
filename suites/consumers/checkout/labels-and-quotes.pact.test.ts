import { Buffer } from 'node:buffer';
import { expect, test } from '@jest/globals';
import { QUOTE, SHIPMENT } from './examples.ts';
import { pact, pactCarrier, requestHeaders } from './pact-world.ts';

const { integer, regex } = pact.matchers;

test('prints a label', () =>
  pact
    .addInteraction()
    .given('a parcel PCL-0000AAAA exists')
    .uponReceiving('a request for a label')
    .withRequest('GET', '/parcels/PCL-0000AAAA/label', (request) =>
      request.headers(requestHeaders({ Accept: 'application/pdf, application/problem+json' })),
    )
    .willRespondWith(200, (answer) =>
      // Pact holds other bytes than text to their media type alone: any PDF will do.
      answer.body('application/pdf', Buffer.from('%PDF-1.4\n%%EOF\n')),
    )
    .executeTest(async (server) => {
      const label = await pactCarrier(server.url).label('PCL-0000AAAA');
      expect(Buffer.from(label).toString()).toBe('%PDF-1.4\n%%EOF\n');
    }));

test('asks for a price', () =>
  pact
    .addInteraction()
    .given('parcels exist')
    .uponReceiving('a request for a price')
    .withRequest('POST', '/quotes', (request) =>
      request.headers(requestHeaders({ 'Content-Type': 'application/json' })).jsonBody(SHIPMENT),
    )
    .willRespondWith(200, (answer) =>
      answer.jsonBody({
        price: { amount: regex(String.raw`^\d{1,9}\.\d{2}$`, QUOTE.price.amount), currency: 'EUR' },
        deliveryDays: integer(QUOTE.deliveryDays),
      }),
    )
    .executeTest(async (server) => {
      const quote = await pactCarrier(server.url).quote(SHIPMENT);
      expect(quote).toEqual({ priceEur: '9.40', deliveryDays: 4, estimated: false });
    }));
