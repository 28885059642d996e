/** Shorter values are too likely to be part of an innocent word: they are found only where they stand alone. */
const SHORT = 6;

/**
 * A regular expression source that finds a secret in each form it travels in: as it is, percent-encoded (any number of
 * times, any case), escaped in JSON, in hex, and in base64 or base64url, there also in the middle of a longer text such
 * as Basic's `user:secret`.
 */
export function secretPattern(secret: string): string {
  if (secret.length < SHORT) return `(?<![A-Za-z0-9])${escaped(secret)}(?![A-Za-z0-9])`;
  const bytes = Buffer.from(secret, 'utf8');
  return [textForm(secret), ...base64Forms(bytes), hexForm(bytes)].join('|');
}

/** Each character as itself or as an encoder may have written it. Letters and digits are never encoded by any. */
function textForm(secret: string): string {
  return Array.from(secret, characterForm).join('');
}

function characterForm(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const forms = [escaped(character), percentForm(character), jsonForm(character)];
  if (character === ' ') forms.push('\\+');
  return `(?:${forms.join('|')})`;
}

/** `%2F`, `%2f`, and `%252F` where a URL was put into another URL. */
function percentForm(character: string): string {
  return Array.from(
    Buffer.from(character, 'utf8'),
    (byte) => `%(?:25)*${anyCase(byte.toString(16).padStart(2, '0'))}`,
  ).join('');
}

/** `\"`, `\/`, `\n` and `é`, also when that JSON was put into a JSON string once more. */
function jsonForm(character: string): string {
  const units = Array.from(
    { length: character.length },
    (_, at) => `\\\\{1,8}u${anyCase(character.charCodeAt(at).toString(16).padStart(4, '0'))}`,
  ).join('');
  const short = JSON.stringify(character).slice(1, -1).replace(/^\\/, '');
  return short === character && !/["\\/]/.test(character) ? units : `${units}|\\\\{1,8}${escaped(short)}`;
}

/**
 * Base64 writes three bytes in four characters, so a secret inside a longer text has one of three forms; the character on
 * either edge holds bits of its neighbour, too, and may be any.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const core = padded.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6));
    const before = offset === 0 ? '' : '[A-Za-z0-9+/_-]';
    const after = padded.length % 3 === 0 ? '' : '[A-Za-z0-9+/_-]={0,2}';
    const either = core.replace(/[+/]/g, (character) => (character === '+' ? '(?:[+-]|%2[Bb])' : '(?:[/_]|%2[Ff])'));
    return [`${before}${either}${after}`];
  });
}

/** `73336372`, `73:33:63:72` and the `73 33 63 72` of a printed Buffer. */
function hexForm(bytes: Buffer): string {
  return Array.from(bytes, (byte) => anyCase(byte.toString(16).padStart(2, '0'))).join('[ :]?');
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
