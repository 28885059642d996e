import { dateTime, emailAddress, hexadecimal, uuid, webAddress, word, wordsWithin } from './generate-words.ts';
import type { Random } from './seeded-random.ts';

/** Makes a text of a format; as long as told where the format leaves it open. */
export type FormatWriter = (random: Random, min: number, max: number) => string;

/**
 * The ways to write a format, the usual one first and then shorter or longer ones. No way for a format that says nothing
 * of how its texts look (`password`, `binary`), or that nobody knows.
 */
export function writersOf(format: string): readonly FormatWriter[] {
  return WRITERS.get(format) ?? [];
}

const two = (value: number): string => String(value).padStart(2, '0');
const time = (random: Random): string => dateTime(random).slice(11, 19);
const zone = (random: Random): string => (random.chance(0.8) ? 'Z' : `+0${random.whole(0, 9)}:00`);
const letter = (random: Random): string => word(random).charAt(0);
const path: FormatWriter = (random) => `/${word(random)}/${random.whole(0, 99)}`;
const reference: FormatWriter = (random) => `/${word(random)}/${word(random)}`;

/** Filled up with letters where it is too short. */
const filled =
  (before: string, after: string): FormatWriter =>
  (random, min, max) => {
    const length = Math.max(1, Math.min(max, Math.max(min, 12)) - before.length - after.length);
    return before + letters(random, length) + after;
  };

function letters(random: Random, length: number): string {
  let text = word(random);
  while (text.length < length) text += word(random);
  return text.slice(0, length);
}

const email: readonly FormatWriter[] = [
  emailAddress,
  filled('', '@example.com'),
  filled('', '@a.co'),
  filled('', '@a.b'),
];
const webAddresses: readonly FormatWriter[] = [
  webAddress,
  filled('https://example.com/', ''),
  filled('http://a.co/', ''),
];
const uris: readonly FormatWriter[] = [...webAddresses, filled('urn:', ''), (random) => `${letter(random)}:`];
const references: readonly FormatWriter[] = [reference, filled('/', ''), () => '/'];
const hostnames: readonly FormatWriter[] = [
  (random) => `${word(random)}.example.com`,
  filled('', ''),
  (random, min) => letters(random, min).replace(/.{60}(?=.)/g, (label) => `${label.slice(0, 59)}.`),
];
const ipv6: FormatWriter = (random) => Array.from({ length: 8 }, () => random.whole(0, 0xffff).toString(16)).join(':');
const ipv4: FormatWriter = (random) => `192.0.2.${random.whole(1, 254)}`;
const ipv4s: readonly FormatWriter[] = [
  ipv4,
  () => '192.168.100.100',
  (random) => `10.${random.whole(0, 9)}.0.${random.whole(1, 9)}`,
];

/** Base64, in whole groups of four. */
const base64: FormatWriter = (random, min, max) => {
  const groups = Math.max(Math.ceil(min / 4), Math.min(Math.floor(max / 4), random.whole(2, 6)));
  return Buffer.from(hexadecimal(random, groups * 6), 'hex').toString('base64');
};

const WRITERS = new Map<string, readonly FormatWriter[]>([
  ['base64', [base64]],
  ['byte', [base64, () => '']],
  ['color', [(random) => `#${hexadecimal(random, 6)}`]],
  ['date', [(random) => dateTime(random).slice(0, 10)]],
  [
    'date-time',
    [
      dateTime,
      (random) => dateTime(random).replace('Z', `.${random.whole(100, 999)}Z`),
      (random) => dateTime(random).replace('Z', `+0${random.whole(0, 9)}:00`),
    ],
  ],
  [
    'duration',
    [
      (random) => `P${random.whole(1, 30)}DT${random.whole(1, 23)}H`,
      (random) => `P${random.whole(1, 9)}D`,
      (random) => `PT${random.whole(1, 59)}M`,
    ],
  ],
  ['email', email],
  ['hostname', hostnames],
  ['idn-email', email],
  ['idn-hostname', hostnames],
  ['ip', ipv4s],
  ['ipv4', ipv4s],
  ['ipv6', [ipv6, () => '2001:db8:1000:1000:1000:1000:1000:1000', () => '::1']],
  ['iri', uris],
  ['iri-reference', references],
  ['iso-date-time', [dateTime]],
  ['iso-time', [(random) => time(random) + zone(random), time]],
  ['json-pointer', [path, filled('/', ''), () => '']],
  ['json-pointer-uri-fragment', [(random) => `#/${word(random)}`, filled('#/', ''), () => '#']],
  ['mac', [(random) => Array.from({ length: 6 }, () => hexadecimal(random, 2)).join(':')]],
  ['regex', [(random) => `^${word(random)}$`, (random, min, max) => letters(random, Math.max(min, Math.min(max, 8)))]],
  ['relative-json-pointer', [(random) => `${random.whole(0, 9)}/${word(random)}`, filled('1/', ''), () => '0']],
  [
    'time',
    [
      (random) => time(random) + zone(random),
      (random) => `${time(random)}Z`,
      (random) => `${time(random)}.${random.whole(100, 999)}+0${random.whole(0, 9)}:${two(random.whole(0, 59))}`,
    ],
  ],
  ['uri', uris],
  ['uri-reference', references],
  ['uri-template', [(random) => `/${word(random)}/{${word(random)}}`, filled('/', ''), () => '/']],
  ['url', webAddresses],
  ['uuid', [uuid]],
  ['uuid4', [uuid]],
  ['char', [letter]],
  ['markdown', [(random, min, max) => wordsWithin(random, min, max)]],
]);
