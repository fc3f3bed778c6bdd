/**
 * The first place where two JSON values differ, as `training.steps is 100, was 200`; undefined
 * where they agree.
 */
export function firstDifference(now: unknown, before: unknown, path = ''): string | undefined {
  if (isRecord(now) && isRecord(before)) {
    for (const key of new Set([...Object.keys(now), ...Object.keys(before)])) {
      const difference = firstDifference(
        now[key],
        before[key],
        path === '' ? key : `${path}.${key}`,
      );
      if (difference) return difference;
    }
    return undefined;
  }
  if (JSON.stringify(now) === JSON.stringify(before)) return undefined;
  return `${path} is ${JSON.stringify(now)}, was ${JSON.stringify(before)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
