import { expect, test } from '@jest/globals';
import { visibleText } from './visible-text.ts';

test('shows what hides', () => {
  expect(visibleText('a\u0000\u001b[31m\u009b\u202eb\ufeff\ud83d')).toBe(
    'a\\u0000\\u001b[31m\\u009b\\u202eb\\ufeff\\ud83d',
  );
});

test('leaves letters, emoji, line feeds and tabs alone', () => {
  const text = 'Åsa עברית 👩‍👩‍👧\n\tok';
  expect(visibleText(text)).toBe(text);
  expect(visibleText('a\r\nb')).toBe('a\nb');
});
