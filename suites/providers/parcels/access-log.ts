import type { FastifyReply, FastifyRequest } from 'fastify';

export type Log = (entry: Readonly<Record<string, unknown>>) => void;

/** JSON lines to the stream. */
export function openLog(stream: NodeJS.WritableStream, enabled: boolean, now: () => Date): Log {
  if (!enabled) return () => undefined;
  return (entry) => void stream.write(`${JSON.stringify({ time: now().toISOString(), ...entry })}\n`);
}

/** What may be known of a request: no header, no query and no body, where secrets stand. */
export function logged(request: FastifyRequest, reply: FastifyReply): Readonly<Record<string, unknown>> {
  return {
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    client: request.client?.id ?? null,
  };
}
