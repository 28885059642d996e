/** A text that is a secret by its looks, whoever issued it. */
interface Shape {
  readonly pattern: RegExp;
  /** The part of the match that is the secret; undefined leaves the match alone. The whole match when absent. */
  readonly secret?: (match: string) => string | undefined;
}

/** Prefixes that issuers chose so that scanners find their keys, and the forms that RFCs give. */
export const SECRET_SHAPES: readonly Shape[] = [
  // JWS and JWE in compact form (RFC 7515, 7516): a header that starts with `{"`, then two or four more parts.
  { pattern: /(?<![\w-])eyJ[\w-]{4,}\.[\w-]{2,}(?:\.[\w-]*){1,3}/g },
  { pattern: /\bwhs(?:ec|k)_[A-Za-z0-9+/_-]{8,}={0,2}/g },
  { pattern: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{8,}/g },
  {
    pattern:
      /\b(?:gh[a-z]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}|xox[a-z]-[\w-]{10,})/g,
  },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  // A key that was cut off has no end line: everything after its first line is taken for it.
  {
    pattern:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  { pattern: /\b(?:Bearer|Basic)(?:\s+|%20|\+)[A-Za-z0-9+/._~-]{8,}={0,2}/gi, secret: credentials },
  {
    pattern: /(?<![\w.+-])[2-6]\d{3}(?:[ -]?\d){10,15}(?![\w-]|\.\d)/g,
    secret: (match) => (isCardNumber(match.replace(/\D/g, '')) ? match : undefined),
  },
];

/** Tells `Bearer 8xLOxBtZp8` from "Bearer authentication", and `Basic dTpw` from "Basic information". */
function credentials(match: string): string | undefined {
  const value = /[A-Za-z0-9._~/-][A-Za-z0-9+/._~-]*={0,2}$/.exec(match.replace(/^\w+?(?:\s+|%20|\+)/, ''))?.[0];
  if (value === undefined) return undefined;
  if (/^basic/i.test(match)) return Buffer.from(value, 'base64').includes(':') ? value : undefined;
  return /\d|[a-z][A-Z]|[+/=_~]/.test(value) || value.length >= 32 ? value : undefined;
}

/**
 * Only lengths and first digits that card schemes issue (ISO/IEC 7812), then Luhn: a tenth of all other long numbers
 * passes Luhn, too. Thirteen digits are left alone, they are article numbers (GTIN) far more often than old Visa cards.
 */
function isCardNumber(digits: string): boolean {
  return (
    /^(?:4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17})$/.test(
      digits,
    ) && passesLuhn(digits)
  );
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = digit * 2;
    sum += at % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
