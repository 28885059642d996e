import type { Random } from './seeded-random.ts';

const WORDS = list(`amber anchor apple autumn basket beacon birch bridge candle canyon cedar circle clover copper coral
  cotton crystal daisy delta ember falcon feather field forest fountain garden glacier granite harbor hazel honey island
  ivory jasmine juniper kettle lantern lemon linen maple marble meadow mirror mountain nectar north oasis ocean olive
  orchid paper pebble pepper pine planet prairie quartz rain ribbon river saffron sage silver spring stone summer sunset
  thunder timber tulip valley velvet violet walnut water willow winter`);
const FIRST_NAMES =
  list(`Ada Amara Anders Bruno Chen Clara Daniel Elif Emma Felix Fatima Grace Hugo Ines Ivan Jonas Julia
  Kofi Lars Lena Leila Marco Maria Mei Nadia Noah Olga Omar Pablo Priya Rosa Sara Sven Tomas Yuki Zoe`);
const LAST_NAMES = list(`Andersen Bauer Costa Diaz Eriksen Fischer Garcia Hansen Ivanov Jansen Kowalski Larsen Lindqvist
  Martin Mensah Moreau Nakamura Novak Okafor Olsen Patel Popescu Rossi Sato Schmidt Silva Singh Tanaka Virtanen Weber Yilmaz`);
const CITIES =
  list(`Amsterdam Athens Berlin Bogota Cairo Dakar Dublin Geneva Hamburg Helsinki Kyoto Lagos Lima Lisbon Lyon
  Madrid Montreal Nairobi Oslo Porto Prague Quito Riga Seoul Stockholm Sydney Turin Vienna Warsaw Zurich`);
const COUNTRIES =
  list(`Austria Belgium Brazil Canada Chile Denmark Egypt Finland France Germany Ghana India Ireland Italy
  Japan Kenya Mexico Morocco Norway Peru Poland Portugal Senegal Spain Sweden Turkey Uruguay`);
const COUNTRY_CODES = list('AT BE BR CA CH CL DE DK EG ES FI FR GB GH IE IN IT JP KE MX NL NO PE PL PT SE TR US');
const CURRENCIES = list('AUD BRL CAD CHF DKK EUR GBP INR JPY KRW MXN NOK PLN SEK USD ZAR');
const LANGUAGES = list('da de en es fi fr it ja ko nl no pl pt sv tr');
const TIME_ZONES = list('Africa/Nairobi America/Bogota America/New_York Asia/Tokyo Europe/Berlin Europe/Oslo UTC');
const COLOURS = list('amber blue brown cyan green grey indigo orange pink purple red silver teal violet white yellow');
const STREETS = list(
  'Birch Bridge Castle Cedar Church Garden Harbor High Hill Lake Maple Market Mill Park River School Station',
);
const COMPANIES = list(
  'AB Brothers Collective Foods GmbH Group Industries Labs Limited Logistics Partners Studio Works',
);

type Writer = (random: Random) => string;

/** What a property of such a name usually says; the first that fits. */
const BY_NAME: readonly (readonly [RegExp, Writer])[] = [
  [/^(first|given|fore)name$/, (random) => random.pick(FIRST_NAMES)],
  [/^(last|family|sur)name$/, (random) => random.pick(LAST_NAMES)],
  [
    /^(user|login|nick|screen)(name)?$|^handle$/,
    (random) => `${random.pick(FIRST_NAMES).toLowerCase()}${random.whole(1, 99)}`,
  ],
  [/^(full|display|person|contact|customer|owner|author)name$|^(author|recipient|sender)$/, personName],
  [/(company|organi[sz]ation|vendor|brand|employer)(name)?$/, companyName],
  [/e?mail(address)?$/, emailAddress],
  [
    /phone|mobile|faxnumber|^fax$|^tel$/,
    (random) => `+${random.whole(1, 99)} ${random.whole(100, 999)} ${random.whole(1e5, 9e6)}`,
  ],
  [/^city|city$|^town$/, (random) => random.pick(CITIES)],
  [/countrycode$/, (random) => random.pick(COUNTRY_CODES)],
  [/country(name)?$/, (random) => random.pick(COUNTRIES)],
  [/^street|street$|^address(line)?1?$/, (random) => `${random.whole(1, 200)} ${random.pick(STREETS)} Street`],
  [/post(al)?code$|^zip(code)?$/, (random) => String(random.whole(10_000, 99_999))],
  [/currency(code)?$/, (random) => random.pick(CURRENCIES)],
  [/^(lang|language|locale)(code)?$/, (random) => random.pick(LANGUAGES)],
  [/timezone$|^tz$/, (random) => random.pick(TIME_ZONES)],
  [/colou?r$/, (random) => random.pick(COLOURS)],
  [/(url|uri|href|link|website|homepage)$/, webAddress],
  [/(created|updated|modified|deleted|expires|started|finished|pushed|closed|merged)(at|on)$|timestamp$/, dateTime],
  [/date$/, (random) => dateTime(random).slice(0, 10)],
  [/^(sha\d*|commit|hash|digest|etag|checksum)$/, (random) => hexadecimal(random, 40)],
  [/^(uuid|guid)$/, uuid],
  [/(^|_)id$|id$/, (random) => hexadecimal(random, 12)],
  [/version$/, (random) => `${random.whole(0, 9)}.${random.whole(0, 20)}.${random.whole(0, 20)}`],
  [/description|summary|comment|message|body|text|note|detail|bio$|content/, sentence],
  [/title|subject|label|^name$|name$/, (random) => capital(`${random.pick(WORDS)} ${random.pick(WORDS)}`)],
];

/** The way in which texts of a property are written; some words where its name says nothing. */
export function writerFor(name: string): Writer {
  const plain = name.replace(/[^a-z\d]/gi, '').toLowerCase();
  return BY_NAME.find(([expression]) => expression.test(plain))?.[1] ?? someWords;
}

/** Words of so many characters. */
export function wordsWithin(random: Random, min: number, max: number): string {
  let text = random.pick(WORDS);
  const wanted = Math.max(min, Math.min(max, 8));
  while (text.length < wanted) text += ` ${random.pick(WORDS)}`;
  if (text.length <= max) return text;
  return text.slice(0, max).replace(/ $/, 's');
}

/** One word, in small letters. */
export function word(random: Random): string {
  return random.pick(WORDS);
}

export function webAddress(random: Random): string {
  return `https://${random.pick(WORDS)}.example.com/${random.pick(WORDS)}/${random.whole(1, 9999)}`;
}

export function emailAddress(random: Random): string {
  return `${random.pick(FIRST_NAMES)}.${random.pick(LAST_NAMES)}@example.com`.toLowerCase();
}

/** Of this quarter of a century, to the second. */
export function dateTime(random: Random): string {
  const two = (min: number, max: number): string => String(random.whole(min, max)).padStart(2, '0');
  return `${random.whole(2005, 2030)}-${two(1, 12)}-${two(1, 28)}T${two(0, 23)}:${two(0, 59)}:${two(0, 59)}Z`;
}

export function uuid(random: Random): string {
  const digits = hexadecimal(random, 32);
  const variant = '89ab'[random.whole(0, 3)];
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
}

export function hexadecimal(random: Random, length: number): string {
  let text = '';
  while (text.length < length) text += random.whole(0, 0xffff).toString(16).padStart(4, '0');
  return text.slice(0, length);
}

function someWords(random: Random): string {
  return random.chance(0.5) ? random.pick(WORDS) : `${random.pick(WORDS)} ${random.pick(WORDS)}`;
}

function sentence(random: Random): string {
  const words = Array.from({ length: random.whole(4, 9) }, () => random.pick(WORDS));
  return `${capital(words.join(' '))}.`;
}

function personName(random: Random): string {
  return `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
}

function companyName(random: Random): string {
  return `${random.pick(LAST_NAMES)} ${random.pick(COMPANIES)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(text: string): readonly string[] {
  return text.split(/\s+/);
}
