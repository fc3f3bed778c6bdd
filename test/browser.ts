import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  process.env.SBD_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = PLACES.find((path) => path !== '' && existsSync(path));

/** Why a test that needs Chromium is skipped, or false where it can run. */
export const withoutBrowser: string | false =
  executablePath === undefined && 'no Chromium: set SBD_CHROMIUM to one';

/** Starts Chromium without a window. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
}
