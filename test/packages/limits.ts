/** The most that a package, with all that it depends on, may cost whoever installs it. */
export interface Limits {
  readonly packages: number;
  /** On disk, MB of 10⁶ bytes. */
  readonly megabytes: number;
  /** From `require` to its end. */
  readonly seconds?: number;
  /** Of the process after loading, MB of 10⁶ bytes. */
  readonly memory?: number;
  /** Whether native modules and install scripts are refused. */
  readonly isPlain?: boolean;
}

/** Limits of the statistics package alone. */
export const STATISTICS_LIMITS = {
  packages: 60,
  megabytes: 40,
  seconds: 0.5,
  memory: 80,
  isPlain: true,
} as const satisfies Limits;

/** Limits of the three packages together. */
export const ALL_LIMITS = { packages: 450, megabytes: 400 } as const satisfies Limits;
