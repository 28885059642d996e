import { defineFault, type Firing } from '../fault.ts';
import { headBytes, wholeFraming } from '../fault-answer.ts';
import type { FaultWire } from '../fault-wire.ts';

/** Ten slices a second look even to a client. */
const SLICE_MS = 100;

/** F06: a narrow line, for the answer or for the request's body. */
export const bandwidth = defineFault({
  id: 'bandwidth',
  number: 'F06',
  summary: 'Lets only so many KiB a second through',
  options: {
    rateKiBps: { type: 'number', unit: 'KiB per second', min: 1, max: 1_048_576, default: 16, summary: 'how much' },
    direction: { type: 'choice', choices: ['down', 'up'], default: 'down', summary: 'the answer or the request' },
  },
  apply: ({ rateKiBps, direction }) => ({
    on: 'socket',
    send: async (wire, firing) => {
      if (direction === 'up') await readSlowly(wire, firing, rateKiBps);
      const whole = await wire.answer();
      const bytes = Buffer.concat([headBytes(whole, wholeFraming(whole)), whole.body]);
      if (direction === 'up') await wire.write(bytes);
      else await writeSlowly(bytes, wire, firing, rateKiBps);
      await wire.end();
    },
  }),
});

/** Each slice is paid for before it is sent. */
async function writeSlowly(bytes: Buffer, { write }: FaultWire, { wait }: Firing, rateKiBps: number): Promise<void> {
  const sliceBytes = Math.max(1, Math.round((rateKiBps * 1024 * SLICE_MS) / 1_000));
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    const slice = bytes.subarray(at, at + sliceBytes);
    await wait((slice.length / (rateKiBps * 1024)) * 1_000);
    await write(slice);
  }
}

/** What has come in is left in the system's buffers until it is paid for: those fill, and the client has to wait. */
async function readSlowly({ readSome }: FaultWire, { wait }: Firing, rateKiBps: number): Promise<void> {
  await readSome(async (chunk) => await wait((chunk.length / (rateKiBps * 1024)) * 1_000));
}
