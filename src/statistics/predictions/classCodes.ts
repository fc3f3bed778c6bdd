import { closest } from 'fastest-levenshtein';
import { type Chunk, wrongValue } from './chunk';
import { areNames, type ClassColumn } from './classColumns';

/**
 * Numbers of classes while files are read: their own or, once a name has come up, numbers in the order
 * in which names come up. {@link ClassCodes.order} tells the final ones.
 */
export class ClassCodes {
  /** By name, once one has come up. */
  private codes: Map<string, number> | undefined;
  /** The first name of each column, where it has one. */
  private readonly firstName = new Map<string, (() => never) | undefined>();

  /**
   * @param given names whose index is their class
   * @param recode is called to replace every code that was given out so far
   */
  constructor(
    private readonly given: readonly string[] | undefined,
    private readonly recode: (codeOf: (code: number) => number) => void,
  ) {}

  /** Whether a name has come up. */
  get areNames(): boolean {
    return this.codes !== undefined;
  }

  /** The class of a code: its name or its number. */
  nameOf(code: number): string {
    return this.codes ? [...this.codes.keys()][code]! : this.nameOfNumber(code);
  }

  /** The codes of a column. */
  encode(chunk: Chunk, column: string, classes: ClassColumn): Int32Array {
    if (!this.firstName.get(column))
      this.firstName.set(column, areNames(classes) ? refusal(chunk, column, classes) : undefined);
    if (!areNames(classes)) {
      if (!this.codes) return classes;
      return classes.map((number) => this.codeOf(this.nameOfNumber(number)));
    }
    if (!this.codes) this.begin();
    const codes = new Int32Array(classes.length);
    const width = classes.length / chunk.length;
    for (let i = 0; i < codes.length; i++) {
      const name = classes[i]!;
      const known = this.codes!.get(name);
      if (known === undefined && this.given)
        wrongValue(
          chunk,
          Math.floor(i / width),
          column,
          `'${name}' is not in classNames; the nearest name is '${closest(name, [...this.given])}'.`,
        );
      codes[i] = known ?? this.codeOf(name);
    }
    return codes;
  }

  /**
   * The names of the classes in their order, and the class of each code; undefined without names.
   *
   * @throws PredictionsError where a column has numbers, another names, and nothing says which is which
   */
  order(): { names: readonly string[]; classOf: Int32Array } | undefined {
    if (!this.codes) return undefined;
    const isMixed = [...this.firstName.values()].includes(undefined);
    if (isMixed && !this.given) for (const refuse of this.firstName.values()) refuse?.();
    const names = this.given ?? [...this.codes.keys()].sort(byNumeral);
    const classes = new Map(names.map((name, index) => [name, index]));
    // A number beyond the given names stays itself, to be reported.
    const classOf = Int32Array.from(this.codes.keys(), (name) => classes.get(name) ?? Number(name));
    return { names, classOf };
  }

  /** Changes from numbers to names. */
  private begin(): void {
    this.codes = new Map(this.given?.map((name, index) => [name, index]));
    this.recode((number) => this.codeOf(this.nameOfNumber(number)));
  }

  private nameOfNumber(number: number): string {
    return this.given?.[number] ?? String(number);
  }

  private codeOf(name: string): number {
    const codes = this.codes!;
    const code = codes.get(name) ?? codes.size;
    codes.set(name, code);
    return code;
  }
}

/** The error that the first name of a column is, where other columns have numbers. */
function refusal(chunk: Chunk, column: string, classes: readonly string[]): () => never {
  const { source, offset, length } = chunk;
  const i = classes.findIndex((name) => String(Number(name)) !== name);
  const row = Math.floor((i * length) / classes.length);
  return () =>
    wrongValue(
      { source, offset },
      row,
      column,
      `found the name '${classes[i]}', and another column holds numbers of classes. Say which class ` +
        "has which number: { classNames: ['airplane', …] }.",
    );
}

const NUMERAL = /^-?\d+(\.\d+)?$/;

/** Numerals by value, then words in the order of their characters. */
export function byNumeral(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => (NUMERAL.test(text) ? Number(text) : Number.NaN)) as [
    number,
    number,
  ];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return a < b ? -1 : 1;
}
