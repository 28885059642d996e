import type { IncomingMessage } from 'node:http';
import type { Json } from '../contracts/index.ts';
import type { ControlAnswer } from './control-section.ts';
import { controlProblem } from './control-problem.ts';

/** A request to try, with its body in JSON; no more is needed anywhere. */
const BODY_BYTES = 1024 * 1024;

/** The body as JSON, or why it is not taken. */
export async function readControlBody(
  request: IncomingMessage,
): Promise<{ readonly body: Json | undefined } | { readonly refused: ControlAnswer }> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > BODY_BYTES) return { refused: tooLarge() };
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > BODY_BYTES) return { refused: tooLarge() };
    chunks.push(chunk);
  }
  return length === 0 ? { body: undefined } : parse(Buffer.concat(chunks).toString('utf8'));
}

function tooLarge(): ControlAnswer {
  return controlProblem(413, 'Body too large', `a body may have ${BODY_BYTES} bytes here`);
}

function parse(text: string): { readonly body: Json } | { readonly refused: ControlAnswer } {
  try {
    return { body: JSON.parse(text) as Json };
  } catch {
    return { refused: controlProblem(400, 'No JSON', 'the body is no JSON text') };
  }
}
