import type { IncomingHttpHeaders } from 'node:http';
import { INVALID_CONTENT_TYPE, NOT_ACCEPTABLE } from '@stoplight/prism-http/dist/mocker/errors.js';
import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = `\\s*;\\s*${TOKEN}=(?:${TOKEN}|"[^"]*")`;
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:${PARAMETER})*;?$`);

/**
 * An error of the libraries that read media types, which would end Prism's process, as a problem in Prism's words.
 *
 * @returns undefined where no header of the request is to blame
 */
export function problemOfUnreadable({ message }: Error, headers: IncomingHttpHeaders): Error | undefined {
  const { accept = '', 'content-type': contentType = '' } = headers;
  if (message.startsWith('Could not parse MIME type') && contentType !== '') {
    return ProblemJsonError.fromTemplate(INVALID_CONTENT_TYPE, 'The content type of the request is not a media type.');
  }
  const unreadable = accept.split(',').find((word) => !MEDIA_TYPE.test(word.trim()));
  if (unreadable === undefined || !/^invalid (media type|parameter format)/.test(message)) return undefined;
  return ProblemJsonError.fromTemplate(NOT_ACCEPTABLE, 'The accept header holds a word that is not a media type.');
}
