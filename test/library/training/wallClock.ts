/**
 * Loaded before a program (`node --require`), gives it a wall clock that the event `set back` sets back by an hour,
 * as somebody who corrects the machine's time does.
 */
const HOUR = 3_600_000;
const RealDate = Date;
let offset = 0;

globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number]) {
    super(...((given.length === 0 ? [RealDate.now() + offset] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
} as DateConstructor;

process.on('set back', () => {
  offset = -HOUR;
});
