import type { Fault } from '../fault.ts';
import { badCertificate } from './bad-certificate.ts';
import { badChunk } from './bad-chunk.ts';
import { bandwidth } from './bandwidth.ts';
import { bigBody } from './big-body.ts';
import { bigHeaders } from './big-headers.ts';
import { clockSkew } from './clock-skew.ts';
import { conflict } from './conflict.ts';
import { conflictingLength } from './conflicting-length.ts';
import { down } from './down.ts';
import { duplicateDelivery } from './duplicate-delivery.ts';
import { empty } from './empty.ts';
import { encodingLie } from './encoding-lie.ts';
import { flapping } from './flapping.ts';
import { forbidden } from './forbidden.ts';
import { garbage } from './garbage.ts';
import { http2 } from './http2.ts';
import { invalidJson } from './invalid-json.ts';
import { jitter } from './jitter.ts';
import { latency } from './latency.ts';
import { limitData } from './limit-data.ts';
import { lognormal } from './lognormal.ts';
import { lostAck } from './lost-ack.ts';
import { noLastChunk } from './no-last-chunk.ts';
import { outOfOrder } from './out-of-order.ts';
import { precondition } from './precondition.ts';
import { rateLimited } from './rate-limited.ts';
import { redirect } from './redirect.ts';
import { resetMidBody } from './reset-mid-body.ts';
import { resetPeer } from './reset-peer.ts';
import { retryAfterDate } from './retry-after-date.ts';
import { schemaBreak } from './schema-break.ts';
import { serverErrors } from './server-errors.ts';
import { slicer } from './slicer.ts';
import { slowHeaders } from './slow-headers.ts';
import { staleCursor } from './stale-cursor.ts';
import { staleKeepAlive } from './stale-keep-alive.ts';
import { timeout } from './timeout.ts';
import { tlsHandshake } from './tls-handshake.ts';
import { tokenExpired } from './token-expired.ts';
import { unavailable } from './unavailable.ts';
import { wrongContentType } from './wrong-content-type.ts';

/** Every fault, sorted by id: one file each. */
export const faults: readonly Fault[] = [
  badCertificate,
  badChunk,
  bandwidth,
  bigBody,
  bigHeaders,
  clockSkew,
  conflict,
  conflictingLength,
  down,
  duplicateDelivery,
  empty,
  encodingLie,
  flapping,
  forbidden,
  garbage,
  http2,
  invalidJson,
  jitter,
  latency,
  limitData,
  lognormal,
  lostAck,
  noLastChunk,
  outOfOrder,
  precondition,
  rateLimited,
  redirect,
  resetMidBody,
  resetPeer,
  retryAfterDate,
  schemaBreak,
  serverErrors,
  slicer,
  slowHeaders,
  staleCursor,
  staleKeepAlive,
  timeout,
  tlsHandshake,
  tokenExpired,
  unavailable,
  wrongContentType,
];
