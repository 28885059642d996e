import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Answer } from './peer.ts';

const [port = '', answerFile = ''] = process.argv.slice(2);
const { status, rawHeaders, body } = JSON.parse(readFileSync(answerFile, 'utf8')) as Answer;
const bytes = Buffer.from(body);

createServer((request, response) => {
  // The request is read to its end, as by everybody who answers it.
  request.on('data', () => undefined);
  request.on('end', () => {
    response.writeHead(status, [...rawHeaders]);
    response.end(bytes);
  });
}).listen(Number(port), '127.0.0.1');
