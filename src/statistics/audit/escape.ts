/** Text for XML and HTML, also within quotes; control characters, which XML has no place for, become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\p{Cc}\ufffe\uffff]/gu, (mark) => {
    const entity = ENTITIES[mark];
    if (entity !== undefined) return entity;
    return LEGAL.includes(mark) ? mark : '\ufffd';
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
