/** A small line without axes, beside a number that says the same now. */
export type Points = readonly (readonly [number, number | null])[];

const width = 120;
const height = 28;

function pathOf(points: Points): string {
  const known = points.filter((point): point is readonly [number, number] => point[1] !== null);
  const first = known[0];
  const last = known[known.length - 1];
  if (!first || !last || known.length < 2) return "";
  const top = Math.max(...known.map(([, value]) => value), 1e-9);
  const span = Math.max(1, last[0] - first[0]);
  return known
    .map(([at, value], index) => {
      const x = ((at - first[0]) / span) * width;
      const y = height - 1.5 - (value / top) * (height - 3);
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

export function Sparkline({ points, label }: { points: Points; label: string }) {
  const path = pathOf(points);
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={`M0 ${height - 0.5}H${width}`} class="baseline" />
      {path && <path d={`${path}L${width} ${height}L0 ${height}Z`} class="area" />}
      {path && <path d={path} class="line" />}
    </svg>
  );
}
