import type { RemovedAttribute, RemovedElement } from 'dompurify';

/** HTML of a notebook as nodes. */
export interface Parsed {
  /** Holds the nodes. */
  readonly root: Element;
  /** Whether something was taken out that could run or change the rest of the page. */
  readonly isCut: boolean;
}

/** Parses HTML of a notebook. Its scripts do not run here; unless the notebook is trusted, they are gone. */
export type ParseHtml = (html: string) => Parsed;

/** Elements that are taken out beside scripts: styles apply to the whole page, forms send what a reader types. */
const FORBIDDEN = ['style', 'form', 'dialog'];
/** MathML's `form` says on which side of its operand an operator stands. */
const ALLOWED_ATTRIBUTES = ['form', 'target'];
/** The TeX beside MathML, which is not shown; the element around both needs no mention. */
const SOURCE_OF_FORMULA = ['annotation', 'semantics'];
/** Attributes that run a script, load something or lead somewhere. */
const ACTIVE_ATTRIBUTE = /^on|href$|^src|action$/;

/**
 * Returns what parses the HTML of notebooks.
 *
 * @param trust whether scripts, styles and forms stay
 */
export async function htmlParser(trust: boolean): Promise<ParseHtml> {
  // jsdom takes half a second to load, and only pages need it.
  const { JSDOM } = await import('jsdom');
  const { window } = new JSDOM('');
  if (trust)
    return (html) => {
      const root = window.document.implementation.createHTMLDocument('').body;
      root.innerHTML = html;
      return { root, isCut: false };
    };
  const { default: createPurifier } = await import('dompurify');
  const purifier = createPurifier(window);
  return (html) => {
    const root = purifier.sanitize(html, {
      RETURN_DOM: true,
      ALLOW_DATA_ATTR: false,
      FORBID_TAGS: FORBIDDEN,
      ADD_ATTR: ALLOWED_ATTRIBUTES,
      ADD_FORBID_CONTENTS: ['annotation'],
    });
    return { root, isCut: purifier.removed.some(isLoss) };
  };
}

/** Whether the page shows or does less without what was taken out. */
function isLoss(removed: RemovedElement | RemovedAttribute): boolean {
  if ('attribute' in removed) return ACTIVE_ATTRIBUTE.test(removed.attribute?.name ?? '');
  return !SOURCE_OF_FORMULA.includes(removed.element.nodeName.toLowerCase());
}
