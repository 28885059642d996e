import { defineFault } from '../fault.ts';

/** F15: bytes that are no HTTP. */
export const garbage = defineFault({
  id: 'garbage',
  number: 'F15',
  summary: 'Answers with random bytes',
  options: {
    sizeBytes: { type: 'number', unit: 'bytes', min: 1, max: 1_048_576, default: 64, summary: 'how many' },
  },
  apply: ({ sizeBytes }) => ({
    on: 'socket',
    send: async ({ readRequest, write, end }, { random }) => {
      await readRequest();
      // Never an H first: no chance makes HTTP of it.
      const bytes = Uint8Array.from({ length: sizeBytes }, (_, at) =>
        at === 0 ? random.whole(128, 255) : random.whole(0, 255),
      );
      await write(Buffer.from(bytes));
      await end();
    },
  }),
});
