/** Turns the counts so far of many specs, as their processes report them, into what each report adds. */
export function increments<Spec>(
  onMore: (more: number) => void,
): (spec: Spec, count: number) => void {
  const counts = new Map<Spec, number>();
  return (spec, count) => {
    onMore(count - (counts.get(spec) ?? 0));
    counts.set(spec, count);
  };
}
