import { stripVTControlCharacters } from 'node:util';

/** Text for XML, also within quotes, without terminal colours; what XML has no place for becomes U+FFFD. */
export function escapeXml(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[&<>"'\p{Cc}\ufffe\uffff]/gu, (mark) => {
    if (LEGAL.includes(mark)) return mark;
    return ENTITIES[mark] ?? '\ufffd';
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The control characters that XML has. */
const LEGAL = '\t\n\r';
