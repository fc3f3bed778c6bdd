/** A backend that this machine does not have; skipped without a warning. */
export class Absent extends Error {}
