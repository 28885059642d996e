import { defineFault, MAX_MS } from '../fault.ts';

/**
 * F07: nobody listens on the port, as while a service is started anew. Without a selection it begins with the mock or the
 * scenario; with one, when the answer to the selected request has been sent.
 */
export const down = defineFault({
  id: 'down',
  number: 'F07',
  summary: 'Refuses connections for a while: nobody listens on the port',
  options: {
    windowMs: { type: 'number', unit: 'milliseconds', min: 1, max: MAX_MS, default: 2_000, summary: 'for how long' },
  },
  apply: ({ windowMs }) => ({ on: 'listener', windowMs }),
});
