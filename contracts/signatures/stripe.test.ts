import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Stripe } from 'stripe';
import { stripe } from './stripe.ts';

const SECRET = 'whsec_test_secret';
const BODY = '{"id":"evt_1","object":"event"}';
const NOW_S = 1_772_436_600;
const delivery = { id: 'evt_1', timestampS: NOW_S, body: BODY, secrets: [SECRET] };
const headers = stripe.sign(delivery);
const received = { headers, body: BODY, secrets: [SECRET], nowS: NOW_S };
const verify: typeof stripe.verify = (each) => stripe.verify(each);
const { webhooks } = Stripe;
const WRONG = {
  valid: false,
  fault: 'wrong',
  reason: 'stripe-signature does not match the body and t under any secret',
};

/** As Stripe's library does it at a receiver whose clock says `atS`. */
function theirs(header: string, body = BODY, secret = SECRET, atS = NOW_S): unknown {
  return webhooks.constructEvent(body, header, secret, 300, undefined, atS * 1000);
}

describe('Stripe’s own library agrees', () => {
  test('on the signature of any event under any secret, both ways', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (secret, data) => {
        const body = JSON.stringify({ object: 'event', data });
        const { 'stripe-signature': ours = '' } = stripe.sign({ ...delivery, body, secrets: [secret] });
        expect(theirs(ours, body, secret)).toEqual(JSON.parse(body));
        const header = webhooks.generateTestHeaderString({ payload: body, secret, timestamp: NOW_S });
        expect(verify({ ...received, headers: { 'Stripe-Signature': header }, body, secrets: [secret] })).toEqual({
          valid: true,
        });
      }),
      { numRuns: 50 },
    );
  });

  test('on what is wrong', () => {
    const { 'stripe-signature': header = '' } = headers;
    expect(() => theirs(header, `${BODY} `)).toThrow('No signatures found');
    expect(() => theirs(header, BODY, 'another')).toThrow('No signatures found');
    expect(() => theirs(header, BODY, SECRET, NOW_S + 301)).toThrow('Timestamp outside the tolerance zone');
    expect(verify({ ...received, body: `${BODY} ` })).toEqual(WRONG);
    expect(verify({ ...received, secrets: ['another'] })).toEqual(WRONG);
    expect(verify({ ...received, nowS: NOW_S + 301 })).toMatchObject({ valid: false, fault: 'too-old' });
  });

  test('on several secrets', () => {
    const { 'stripe-signature': header = '' } = stripe.sign({ ...delivery, secrets: ['new', SECRET] });
    expect(header.match(/v1=/g)).toHaveLength(2);
    expect(theirs(header)).toEqual(JSON.parse(BODY));
    expect(theirs(header, BODY, 'new')).toEqual(JSON.parse(BODY));
    for (const secret of ['new', SECRET])
      expect(verify({ ...received, headers: { 'stripe-signature': header }, secrets: [secret] })).toEqual({
        valid: true,
      });
  });
});

describe('a delivery is refused', () => {
  test('when its time was changed', () => {
    const header = headers['stripe-signature']?.replace(`t=${NOW_S}`, `t=${NOW_S + 1}`) ?? '';
    expect(verify({ ...received, headers: { 'stripe-signature': header } })).toEqual(WRONG);
  });

  test.each([
    [-301, 'too-new', 't of stripe-signature is 301 s in the future; at most 300 s are accepted'],
    [301, 'too-old', 't of stripe-signature is 301 s old; at most 300 s are accepted'],
  ])('when it is %d s away, well signed', (seconds, fault, reason) => {
    expect(verify({ ...received, nowS: NOW_S + seconds })).toEqual({ valid: false, fault, reason });
  });

  test('without a signature', () => {
    expect(verify({ ...received, headers: {} })).toEqual({
      valid: false,
      fault: 'missing',
      reason: 'missing or empty: stripe-signature',
    });
  });

  test.each([
    ['v1=abc', 'stripe-signature has not exactly one t'],
    [`t=${NOW_S},t=${NOW_S},v1=abc`, 'stripe-signature has not exactly one t'],
    [`t=${NOW_S}junk,v1=abc`, 't of stripe-signature is no Unix time in whole seconds'],
    [`t=${NOW_S}`, 'stripe-signature has no v1 of 64 hexadecimal digits'],
    [`t=${NOW_S},v0=${'a'.repeat(64)}`, 'stripe-signature has no v1 of 64 hexadecimal digits'],
  ])('with %j', (header, reason) => {
    expect(verify({ ...received, headers: { 'stripe-signature': header } })).toEqual({
      valid: false,
      fault: 'malformed',
      reason,
    });
  });

  test('when it came before', () => {
    const seen = new Set<string>();
    expect(verify({ ...received, seen })).toEqual({ valid: true });
    expect(verify({ ...received, seen })).toEqual({
      valid: false,
      fault: 'replayed',
      reason: 'the same delivery came before',
    });
  });
});
