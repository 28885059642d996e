import { defineFault } from '../fault.ts';

/** F35: more header than clients are ready to take: undici 16 KiB, curl 300 KiB. */
export const bigHeaders = defineFault({
  id: 'big_headers',
  number: 'F35',
  summary: 'Adds one very long header',
  options: {
    sizeBytes: { type: 'number', unit: 'bytes', min: 1, max: 4_194_304, default: 20_000, summary: 'of its value' },
  },
  apply: ({ sizeBytes }) => ({
    on: 'answer',
    // HTTP/2 has no way to send it (RFC 9113 §6.5.2).
    isFor: ({ isHttp2 }) => !isHttp2,
    change: (answer) => ({ ...answer, headers: [...answer.headers, ['X-Padding', 'a'.repeat(sizeBytes)]] }),
  }),
});
