import { constants, type ServerHttp2Stream } from 'node:http2';
import { defineFault } from '../fault.ts';
import type { FaultAnswer } from '../fault-answer.ts';

/** F41: what only HTTP/2 can do (RFC 9113 §8.7, §6.8, §6.4). */
export const http2 = defineFault({
  id: 'http2',
  number: 'F41',
  summary: 'Refuses the stream, says GOAWAY, or resets the stream in the middle of the body',
  options: {
    code: {
      type: 'choice',
      choices: ['refused_stream', 'goaway', 'rst_stream'],
      default: 'refused_stream',
      summary: 'of these, only the last has applied the operation',
    },
  },
  apply: ({ code }) => ({
    on: 'stream',
    send: async (stream, answer, { wait }) => {
      if (code === 'refused_stream') return stream.close(constants.NGHTTP2_REFUSED_STREAM);
      if (code === 'goaway') return goAway(stream);
      beginAnswer(stream, await answer());
      // A reset overtakes what is still on its way.
      await wait(20);
      // `close` would end the body in good order first.
      stream.destroy(new Error('reset by the fault http2'));
    },
  }),
});

/** The last stream that was worked on is the one before: this one may be sent again elsewhere. */
function goAway(stream: ServerHttp2Stream): void {
  const before = Math.max(0, (stream.id ?? 1) - 2);
  const { session } = stream;
  session?.goaway(constants.NGHTTP2_NO_ERROR, before);
  stream.close(constants.NGHTTP2_REFUSED_STREAM);
  session?.close();
}

function beginAnswer(stream: ServerHttp2Stream, { status, headers, body }: FaultAnswer): void {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  stream.respond({
    ':status': status,
    'content-length': body.length,
    ...(type === undefined ? {} : { 'content-type': type }),
  });
  stream.write(body.subarray(0, Math.max(1, Math.floor(body.length / 2))));
}
