import { defineFault, MAX_MS } from '../fault.ts';

/** F39: a kept connection is closed as the next request arrives on it (RFC 9112 §9.3.1). */
export const staleKeepAlive = defineFault({
  id: 'stale_keep_alive',
  number: 'F39',
  summary: 'Closes a connection that was kept alive as the next request arrives',
  options: {
    idleMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 0,
      max: MAX_MS,
      default: 0,
      summary: 'only when it was idle for so long',
    },
  },
  apply: ({ idleMs }) => {
    const lastMs = new WeakMap<object, number>();
    return {
      on: 'socket',
      isFor: ({ connection }, clockMs) => {
        const before = lastMs.get(connection);
        lastMs.set(connection, clockMs);
        return before !== undefined && clockMs - before >= idleMs;
      },
      send: async ({ end }) => await end(),
    };
  },
});
