import { readFileSync } from 'node:fs';
import createFastify from 'fastify';
import type { Answer } from './peer.ts';

const [port = '', answerFile = ''] = process.argv.slice(2);
const { status, body } = JSON.parse(readFileSync(answerFile, 'utf8')) as Answer;
const answer: unknown = JSON.parse(body);
const credentials = {
  type: 'object',
  required: ['x-api-key'],
  properties: { 'x-api-key': { type: 'string', minLength: 1 } },
};
const parcelId = { type: 'string', pattern: '^PCL-[0-9A-Z]{8}$' };
const country = { type: 'string', pattern: '^[A-Z]{2}$' };
const quote = {
  type: 'object',
  required: ['fromCountry', 'toCountry', 'weightGrams', 'service'],
  additionalProperties: false,
  properties: {
    fromCountry: country,
    toCountry: country,
    weightGrams: { type: 'integer', minimum: 1, maximum: 31_500 },
    service: { type: 'string', enum: ['standard', 'express'] },
  },
};

const server = createFastify({
  ajv: { customOptions: { allErrors: true, removeAdditional: false, coerceTypes: false } },
});
server.get(
  '/parcels/:parcelId',
  { schema: { headers: credentials, params: { type: 'object', properties: { parcelId } } } },
  (_, reply) => reply.code(status).send(answer),
);
server.post('/quotes', { schema: { headers: credentials, body: quote } }, (_, reply) =>
  reply.code(status).send(answer),
);
server.setErrorHandler((error, _, reply) => reply.code(422).send({ status: 422, detail: String(error) }));
await server.listen({ host: '127.0.0.1', port: Number(port) });
