import { essenceOf } from '../../contracts/index.ts';
import { findingOf, type Check } from '../check.ts';

/** How a body of these media types begins, in Latin-1. */
const SIGNATURES: Readonly<Record<string, string>> = {
  'application/gzip': '\x1f\x8b',
  'application/pdf': '%PDF-',
  'application/zip': 'PK',
  'image/gif': 'GIF8',
  'image/jpeg': '\xff\xd8\xff',
  'image/png': '\x89PNG\r\n\x1a\n',
};

/** An error page that is called a PDF is saved and opened by somebody. */
export const bodySignature: Check = {
  id: 'body-signature',
  summary: 'A body called PDF, PNG, JPEG, GIF, ZIP or gzip begins as one does',
  appliesTo: ({ answer, mediaType }) =>
    answer !== undefined &&
    mediaType !== undefined &&
    answer.bytes.length > 0 &&
    Object.hasOwn(SIGNATURES, essenceOf(answer.headers['content-type'])),
  run(observation) {
    const { answer, mediaType } = observation;
    const essence = essenceOf(answer?.headers['content-type']);
    const signature = SIGNATURES[essence] ?? '';
    const actual = answer?.bytes.subarray(0, signature.length).toString('latin1') ?? '';
    if (!mediaType || actual === signature) return [];
    return [
      findingOf(observation, {
        code: 'response-body-malformed',
        message: `the body is called ${essence} and does not begin as one`,
        fix: 'send what the Content-Type says, or say what is sent',
        expected: JSON.stringify(signature),
        actual: JSON.stringify(actual),
        pointer: mediaType.pointer,
      }),
    ];
  },
};
